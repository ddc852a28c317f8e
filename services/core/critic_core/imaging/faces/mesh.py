"""The 468 landmarks of MediaPipe's face mesh.

Source: Kartynnik, Ablavatski, Grishchenko and Grundmann, "Real-time facial surface geometry from monocular video on
mobile GPUs", CVPR workshop on computer vision for augmented and virtual reality, 2019.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from critic_core.imaging.faces.crops import Square, angle_between
from critic_core.imaging.faces.detect import Detection
from critic_core.imaging.faces.networks import Floats, Network

_SIDE = 192
_MARGIN = 1.5  # side of the crop in sides of the detected box


@dataclass(frozen=True)
class Mesh:
    """Landmarks `[468, 2]` in pixels of the photo, and the chance that the crop shows a face, 0 to 1."""

    landmarks: Floats
    presence: float


def find_meshes(image: Image.Image, faces: Sequence[Detection], network: Network) -> list[Mesh]:
    """The mesh of each detected face."""
    if not faces:
        return []
    squares = [_square(face) for face in faces]
    landmarks, presence = network(np.stack([square.crop(image, _SIDE) for square in squares]))
    chances = 1 / (1 + np.exp(-presence))
    return [
        Mesh(square.to_photo(points[:, :2], _SIDE), float(chance))
        for square, points, chance in zip(squares, landmarks, chances, strict=True)
    ]


def _square(face: Detection) -> Square:
    centre, size = np.asarray((face.box[:2] + face.box[2:]) / 2, np.float32), face.box[2:] - face.box[:2]
    return Square(centre, float(size.max()) * _MARGIN, angle_between(face.points[0], face.points[1]))
