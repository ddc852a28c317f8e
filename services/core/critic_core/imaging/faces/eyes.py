"""Openness of the eyes, from contours of the eyelids.

Source: Soukupová and Čech, "Real-time eye blink detection using facial landmarks", Computer Vision Winter Workshop,
2016 (the eye aspect ratio; here of fifteen points of MediaPipe's iris network, an eye at a time).
"""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from critic_core.imaging.faces.crops import Square, angle_between
from critic_core.imaging.faces.mesh import Mesh
from critic_core.imaging.faces.networks import Floats, Network

_SIDE = 64
_MARGIN = 2.3  # side of the crop in widths of the eye
EYES = ((33, 133), (362, 263))
"""Corners of both eyes in the mesh, from the left of the picture to the right."""
_LOWER, _UPPER = slice(1, 8), slice(9, 16)  # of the contour, from corner 0 to corner 8


def eye_squares(mesh: Mesh) -> list[Square]:
    """The crops of both eyes."""
    return [_square(mesh.landmarks[left], mesh.landmarks[right]) for left, right in EYES]


def openness(image: Image.Image, meshes: Sequence[Mesh], network: Network) -> Floats:
    """`[n, 2]`: height of each eye between the lids, in widths of the eye."""
    if not meshes:
        return np.zeros((0, 2), np.float32)
    crops = np.stack([square.crop(image, _SIDE) for mesh in meshes for square in eye_squares(mesh)])
    crops[1::2] = crops[1::2, :, ::-1]  # the network knows left eyes
    contours, _ = network(crops)
    return _aspect_ratio(contours[:, :, :2]).reshape(-1, 2)


def _square(left: Floats, right: Floats) -> Square:
    centre = np.asarray((left + right) / 2, np.float32)
    return Square(centre, float(np.linalg.norm(right - left)) * _MARGIN, angle_between(left, right))


def _aspect_ratio(contours: Floats) -> Floats:
    """`[n]` of `[n, 71, 2]`."""
    heights = np.linalg.norm(contours[:, _UPPER] - contours[:, _LOWER], axis=2).mean(axis=1)
    widths = np.linalg.norm(contours[:, 8] - contours[:, 0], axis=1)
    return np.asarray(heights / np.maximum(widths, 1e-3), np.float32)
