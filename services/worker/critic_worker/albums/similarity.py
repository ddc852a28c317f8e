"""How alike two photos are, as near duplicates and as photos of one scene; 1 is the least that counts.

The thresholds' defaults are measured on 200 photos of Flickr (CC BY 2.0) that no model learnt from. A perceptual hash
survives blur, compression and light (at most 6 bits of 64 for 99 % of copies; strangers: 22 for 99 %), the
embedding survives another frame of the same thing (a shift of 6 %, a zoom of 12 %, a tilt: a cosine of 0.85 for 99 %;
strangers: 0.54 for 99 %).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from critic_core.contracts.album import Thresholds
from critic_worker.albums.linkage import Numbers, Pairs

BLOCK = 1024  # photos compared with all others at a time: 40 MB of cosines for ten thousand

_Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Marks:
    """What N photos are compared by: `hashes` `[N]` (pHash), `embeddings` `[N, D]` of length 1, `taken` `[N]` s.

    `taken` is not a number where the file does not say when it was taken.
    """

    hashes: npt.NDArray[np.uint64]
    embeddings: _Floats
    taken: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.hashes)


def alike(marks: Marks, limits: Thresholds) -> tuple[Pairs, Pairs]:
    """Pairs of near duplicates, and pairs of one scene."""
    near, scene = [], []
    for start in range(0, len(marks), BLOCK):
        seen = _look(marks, start, limits)
        near.append(_near(seen, limits))
        scene.append(_scene(seen, limits))
    return _joined(near), _joined(scene)


@dataclass(frozen=True)
class _Seen:
    """Pairs that one threshold or another might let through."""

    one: Numbers
    other: Numbers
    bits: npt.NDArray[np.uint8]
    cosine: _Floats
    gap: npt.NDArray[np.float64]


def _look(marks: Marks, start: int, limits: Thresholds) -> _Seen:
    """The photos from `start` on against all that come after each."""
    rows = slice(start, start + BLOCK)
    cosine = marks.embeddings[rows] @ marks.embeddings[start:].T
    bits = np.bitwise_count(marks.hashes[rows, None] ^ marks.hashes[None, start:])
    candidate = (cosine >= min(limits.near_cosine, limits.scene_cosine)) | (bits <= limits.copy_bits)
    one, other = np.nonzero(np.triu(candidate, 1))
    gap = np.abs(marks.taken[one + start] - marks.taken[other + start])
    return _Seen(one + start, other + start, bits[one, other], cosine[one, other], np.nan_to_num(gap, nan=0.0))


def _near(seen: _Seen, limits: Thresholds) -> Pairs:
    """A copy by its hash alone, or another frame by hash, embedding and time together."""
    copy = seen.bits / max(limits.copy_bits, 1)
    frame = _furthest(
        seen.bits / max(limits.near_bits, 1),
        _apart(seen.cosine, limits.near_cosine),
        seen.gap / limits.near_seconds,
    )
    return _within(seen, np.minimum(copy, frame))


def _scene(seen: _Seen, limits: Thresholds) -> Pairs:
    return _within(seen, _furthest(_apart(seen.cosine, limits.scene_cosine), seen.gap / limits.scene_seconds))


def _apart(cosine: _Floats, least: float) -> _Floats:
    """0 for the same direction, 1 at the threshold."""
    return np.asarray((1 - cosine) / max(1 - least, 1e-6), np.float32)


def _furthest(*distances: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    return np.asarray(np.max(np.stack(distances), axis=0))


def _within(seen: _Seen, distance: npt.NDArray[np.floating]) -> Pairs:
    kept = distance <= 1
    return Pairs(seen.one[kept], seen.other[kept], np.maximum(distance[kept], 0).astype(np.float32))


def _joined(parts: list[Pairs]) -> Pairs:
    none = np.zeros(0, np.int64)
    return Pairs(
        np.concatenate([none, *(part.one for part in parts)]),
        np.concatenate([none, *(part.other for part in parts)]),
        np.concatenate([none, *(part.distance for part in parts)]).astype(np.float32),
    )
