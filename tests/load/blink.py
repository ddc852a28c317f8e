"""Blinks painted onto open eyes: the skin above each eye is stretched down to the lower lid.

The points of the lids are MediaPipe's: who judges the eyes with its mesh as well sees paint, no real blink.
"""

import numpy as np
from PIL import Image, ImageFilter

from critic_core.imaging.faces.detect import detect
from critic_core.imaging.faces.mesh import find_meshes
from critic_worker.decoding.face_networks import load_face_networks

_CLOSE_UP = 0.5  # zoom of the search
_BROW = 0.2  # skin above the crease that is stretched as well, widths of the eye
_FEATHER = 0.03  # of the painted parts, widths of the eye
_CREASES = ((33, 247, 30, 29, 27, 28, 56, 190, 133), (362, 414, 286, 258, 257, 259, 260, 467, 263))
_UPPER = ((33, 246, 161, 160, 159, 158, 157, 173, 133), (362, 398, 384, 385, 386, 387, 388, 466, 263))
_LOWER = ((33, 7, 163, 144, 145, 153, 154, 155, 133), (362, 382, 381, 380, 374, 373, 390, 249, 263))


def blink(photo: Image.Image) -> Image.Image:
    """The photo with the eyes of its surest face closed. ValueError without a face."""
    networks = load_face_networks()
    faces = detect(photo, networks.detector) or detect(photo, networks.detector, _CLOSE_UP)
    if not faces:
        raise ValueError("the photo shows no face")
    (mesh,) = find_meshes(photo, faces[:1], networks.mesh)
    for lids in zip(_CREASES, _UPPER, _LOWER, strict=True):
        photo = _closed(photo, *(mesh.landmarks[list(points)] for points in lids))
    return photo


def _closed(photo: Image.Image, crease: np.ndarray, upper: np.ndarray, lower: np.ndarray) -> Image.Image:
    """One eye; the lids `[9, 2]` from left to right, in pixels."""
    width = float(np.ptp(lower[:, 0]))
    columns = np.arange(photo.width)
    top, lid, bottom = (np.interp(columns, line[:, 0], line[:, 1]) for line in (crease, upper, lower))
    top = np.minimum(top - _BROW * width, lid - 1)
    rows = np.arange(photo.height)[:, None]
    inside = (rows >= top) & (rows <= bottom) & (columns >= lower[0, 0]) & (columns <= lower[-1, 0])
    source = np.where(inside, top + (rows - top) * (lid - top) / np.maximum(bottom - top, 1), rows)
    pixels = np.asarray(photo)
    stretched = pixels[source.round().astype(int).clip(0, photo.height - 1), columns]
    mask = Image.fromarray((inside * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(_FEATHER * width))
    return Image.composite(Image.fromarray(stretched), photo, mask)
