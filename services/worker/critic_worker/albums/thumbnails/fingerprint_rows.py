"""Bytes of fingerprints as arrays: thumbnails, and other texts in base64."""

from binascii import a2b_base64
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from critic_core.contracts.album import PhotoFeatures
from critic_worker.albums.thumbnails.shifts import SIDE
from critic_worker.arrays import BoolArray


def thumbnails_of(features: Sequence[PhotoFeatures]) -> npt.NDArray[np.uint8]:
    """`[N, 32, 32]`; black for a critique of an older version without a thumbnail: it correlates with nothing."""
    pixels, _ = fixed_rows((photo.fingerprint.thumbnail for photo in features), SIDE * SIDE)
    return pixels.reshape(-1, SIDE, SIDE)


def fixed_rows(texts: Iterable[str], length: int) -> tuple[npt.NDArray[np.uint8], BoolArray]:
    """Bytes `[N, length]` from base64, 0 for a text of another length; and which are not, `[N]`."""
    rows = [a2b_base64(text) for text in texts]
    known = np.array([len(row) == length for row in rows], bool)
    data = b"".join(row if len(row) == length else bytes(length) for row in rows)
    return np.frombuffer(data, np.uint8).reshape(-1, length), known
