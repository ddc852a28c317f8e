"""Face detection: boxes and key points.

Source: Bazarevsky et al., "BlazeFace: sub-millisecond neural face detection on mobile GPUs", CVPR workshop on computer
vision for augmented and virtual reality, 2019; the anchors are those of MediaPipe's full-range network.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from critic_core.imaging.faces.networks import Floats, Network

_SIDE = 192
_STRIDE = 4  # pixels of the input from anchor to anchor
_MULTIPLE = 32  # of the input's sides: the coarsest map has whole pixels
_WHOLE = 1.0  # zoom
_LEAST_SCORE = 0.35  # the mesh rejects what is no face
_OVERLAP = 0.3  # intersection over union: the same face
_KEY_POINTS = 6  # the subject's right eye, left eye, nose, mouth, right ear, left ear


@dataclass(frozen=True)
class Detection:
    """A face in pixels of the photo: `box` `[left, top, right, bottom]`, `points` `[6, 2]`, and the score, 0 to 1."""

    box: Floats
    points: Floats
    score: float


def detect(image: Image.Image, network: Network, zoom: float = _WHOLE) -> list[Detection]:
    """The faces of a photo, the most certain first; a `zoom` below 1 finds faces that fill the photo, in less time."""
    tensor, scale, offset = _letterbox(image, zoom)
    boxes, scores = network(tensor)
    found = _decode(boxes[0], scores[0], tensor.shape[2] // _STRIDE)
    return [_in_photo(face, scale, offset) for face in _suppress_overlaps(found)]


def _letterbox(image: Image.Image, zoom: float) -> tuple[Floats, float, Floats]:
    """The photo centred in the network's input; photo pixels an input pixel, and the offset `[x, y]`.

    The input is square for the whole photo: without black bands, faces at edges are missed, 2 of 146.
    """
    scale = max(image.size) / (_SIDE * zoom)
    width, height = max(1, round(image.width / scale)), max(1, round(image.height / scale))
    sides = (_SIDE, _SIDE) if zoom == _WHOLE else (_whole_maps(width), _whole_maps(height))
    canvas = Image.new("RGB", sides)
    offset = (sides[0] - width) // 2, (sides[1] - height) // 2
    canvas.paste(image.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=1.0), offset)
    return np.asarray(canvas, np.float32)[None] / 127.5 - 1, scale, np.array(offset, np.float32)


def _whole_maps(side: int) -> int:
    return -(-side // _MULTIPLE) * _MULTIPLE


def _decode(boxes: Floats, scores: Floats, columns: int) -> list[Detection]:
    """Detections above the least score, in pixels of the input, best first; `columns`: anchors of a row."""
    chances = 1 / (1 + np.exp(-np.clip(scores, -80, 80)))
    chosen = np.flatnonzero(chances >= _LEAST_SCORE)
    chosen = chosen[np.argsort(-chances[chosen], kind="stable")]
    values = boxes[chosen].reshape(-1, 2 + _KEY_POINTS, 2)
    anchors = (np.stack([chosen % columns, chosen // columns], axis=1) + 0.5) * _STRIDE
    centres, half = values[:, 0] + anchors, values[:, 1] / 2
    corners = np.concatenate([centres - half, centres + half], axis=1).astype(np.float32)
    points = (values[:, 2:] + anchors[:, None]).astype(np.float32)
    return [Detection(*face) for face in zip(corners, points, chances[chosen].tolist(), strict=True)]


def _suppress_overlaps(faces: list[Detection]) -> list[Detection]:
    separate: list[Detection] = []
    for face in faces:
        if all(_intersection_over_union(face.box, better.box) < _OVERLAP for better in separate):
            separate.append(face)
    return separate


def _intersection_over_union(first: npt.NDArray[np.floating], second: npt.NDArray[np.floating]) -> float:
    sides = np.minimum(first[2:], second[2:]) - np.maximum(first[:2], second[:2])
    common = float(np.prod(np.maximum(sides, 0)))
    return common / max(1e-6, _area(first) + _area(second) - common)


def _area(box: npt.NDArray[np.floating]) -> float:
    return float(np.prod(np.maximum(box[2:] - box[:2], 0)))


def _in_photo(face: Detection, scale: float, offset: Floats) -> Detection:
    box = (face.box - np.tile(offset, 2)) * scale
    return Detection(box.astype(np.float32), ((face.points - offset) * scale).astype(np.float32), face.score)
