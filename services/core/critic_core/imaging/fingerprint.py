"""Fingerprints for near duplicates: two perceptual hashes, colours, a digest of the pixels, the network's embedding.

Sources: ImageHash's pHash (low frequencies of a 32 × 32 cosine transform against their median) and dHash (signs of
horizontal differences, 9 × 8); both 64 bits.
"""

import base64
import hashlib

import imagehash
import numpy as np
import numpy.typing as npt
import scipy.fftpack  # noqa: F401 - imagehash imports scipy at the first hash: 160 ms within a photo
from PIL import Image

from critic_core.contracts.critique import Fingerprint
from critic_core.imaging.decode import Pixels
from critic_core.imaging.properties.view import View

THUMBNAIL = (32, 32)


def fingerprint(view: View, embedding: npt.NDArray[np.floating]) -> Fingerprint:
    """The fingerprint of a photo with the `embedding` (any float type, one dimension)."""
    grey = view.small_grey  # the hashes' resampling filter is slow on large images
    return Fingerprint(
        perceptual_hash=str(imagehash.phash(grey)),
        difference_hash=str(imagehash.dhash(grey)),
        pixels_sha256=_pixels_sha256(view.photo),
        thumbnail=base64.b64encode(grey.resize(THUMBNAIL, Image.Resampling.BOX).tobytes()).decode("ascii"),
        colours=base64.b64encode(view.colours.tobytes()).decode("ascii"),
        embedding=encode_embedding(embedding),
    )


def encode_embedding(embedding: npt.NDArray[np.floating]) -> str:
    """The embedding as float16, base64."""
    return base64.b64encode(np.asarray(embedding).ravel().astype("<f2").tobytes()).decode("ascii")


def _pixels_sha256(pixels: Pixels) -> str:
    """Digest of shape and pixels: equal bytes in another shape differ."""
    digest = hashlib.sha256(f"{pixels.shape[0]}x{pixels.shape[1]} ".encode())
    digest.update(np.ascontiguousarray(pixels).data)
    return digest.hexdigest()
