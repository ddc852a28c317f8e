"""The faces of a photo with boxes, detail and state of the eyes."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from critic_core.contracts.critique import EyeState, Face
from critic_core.imaging.decode import Pixels
from critic_core.imaging.faces.detect import Detection, detect
from critic_core.imaging.faces.eyes import EYES, openness
from critic_core.imaging.faces.mesh import Mesh, find_meshes
from critic_core.imaging.faces.networks import FaceNetworks
from critic_core.imaging.focus.detail import detail_of

MAX_FACES = 24
_LEAST_PRESENCE = 0.5  # of the mesh: the detector alone takes targets and drums for faces
_CLOSE_UP = 0.5  # zoom that finds a face filling the photo
_LEAST_EYE_PIXELS = 7.0  # width of an eye
_LEAST_SYMMETRY = 0.55  # widths of both eyes: less in a profile
# Mean openness of both eyes: chosen on 133 faces, measured on 250 others (docs/measurements.md).
_CLOSED, _OPEN = 0.125, 0.19
_MIDDLE, _SPREAD = 0.155, 0.0125  # logistic


@dataclass(frozen=True)
class _Found:
    """A face and its mesh."""

    face: Detection
    mesh: Mesh


def find_faces(pixels: Pixels, networks: FaceNetworks) -> tuple[Face, ...]:
    """At most MAX_FACES faces, the largest first."""
    image = Image.fromarray(pixels)
    found = _meshed(image, networks, 1.0) or _meshed(image, networks, _CLOSE_UP)
    found = sorted(found, key=lambda pair: -_side(pair.face))[:MAX_FACES]
    opened = openness(image, [pair.mesh for pair in found], networks.eye)
    return tuple(_face(pixels, pair, eyes) for pair, eyes in zip(found, opened.mean(axis=1).tolist(), strict=True))


def _meshed(image: Image.Image, networks: FaceNetworks, zoom: float) -> list[_Found]:
    faces = detect(image, networks.detector, zoom)[: 2 * MAX_FACES]
    pairs = zip(faces, find_meshes(image, faces, networks.mesh), strict=True)
    return [_Found(face, mesh) for face, mesh in pairs if mesh.presence >= _LEAST_PRESENCE]


def _face(pixels: Pixels, found: _Found, opened: float) -> Face:
    height, width = pixels.shape[:2]
    corners = found.face.box.clip(0, [width, height, width, height])
    left, top, right, bottom = corners.round().astype(int).tolist()
    right, bottom = max(right, left + 1), max(bottom, top + 1)
    eyes, confidence = _eye_state(found.mesh, opened)
    return Face(
        left=round(left / width, 4),
        top=round(top / height, 4),
        width=round((right - left) / width, 4),
        height=round((bottom - top) / height, 4),
        confidence=round(min(1.0, found.mesh.presence), 3),
        detail=round(detail_of(pixels[top:bottom, left:right]), 2),
        eyes=eyes,
        eyes_confidence=round(confidence, 3),
    )


def _eye_state(mesh: Mesh, opened: float) -> tuple[EyeState, float]:
    widths = np.array([np.linalg.norm(mesh.landmarks[right] - mesh.landmarks[left]) for left, right in EYES])
    if widths.max() < _LEAST_EYE_PIXELS or widths.min() < _LEAST_SYMMETRY * widths.max():
        return EyeState.unknown, 0.0
    chance = float(1 / (1 + np.exp(-(opened - _MIDDLE) / _SPREAD)))
    if opened >= _OPEN:
        return EyeState.open, chance
    return (EyeState.closed, 1 - chance) if opened < _CLOSED else (EyeState.unknown, 0.0)


def _side(face: Detection) -> float:
    return float((face.box[2:] - face.box[:2]).max())
