"""Sanity of the score: worse copies should score lower, visually equal copies the same.

Every copy is written to bytes and takes the whole way of a served photo: decode, orient, prepare, network.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.decode import decode
from critic_core.imaging.preprocess import prepare
from critic_training.data.degradations import DEGRADATIONS, STRENGTHS, degrade
from critic_training.data.photo_sets import Floats, Inputs
from critic_training.evaluation.interval import Figure, of_photos

Scorer = Callable[[Inputs], Floats]
"""Network inputs `[N, S, S, 3]` → scores 0 to 100 `[N]`."""

EXIF_ORIENTATION = 0x0112
FULL_SIZE = 1_000_000  # pixels: no photo is reduced while it is decoded
# Transposition of the pixels that each EXIF orientation tag reverts.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@dataclass(frozen=True)
class DegradationEffect:
    """Whether each photo's worse copy scores lower, and by how many points on average."""

    name: str
    strength: str
    wins: tuple[bool, ...]
    points: float

    @property
    def photos(self) -> int:
        """Photos with a worse copy."""
        return len(self.wins)

    @property
    def lower(self) -> float:
        """Share of photos whose worse copy scores lower."""
        return sum(self.wins) / len(self.wins)


@dataclass(frozen=True)
class InvarianceError:
    """Distance of an equal copy's score from the photo's: points, median with interval, 95th percentile, largest."""

    name: str
    photos: int
    median: Figure
    p95: float
    largest: float


def drops(photos: Sequence[Path], scorer: Scorer, preprocessing: Preprocessing) -> list[DegradationEffect]:
    """Every degradation at every strength."""
    originals = _scores(photos, partial(_plain, preprocessing), scorer)
    found = []
    for name in DEGRADATIONS:
        for strength in STRENGTHS:
            copies = _scores(photos, partial(_worse, preprocessing, name, strength), scorer)
            wins = tuple(bool(lower) for lower in copies < originals)
            found.append(DegradationEffect(name, strength, wins, float((originals - copies).mean())))
    return found


def shifts(photos: Sequence[Path], scorer: Scorer, preprocessing: Preprocessing) -> list[InvarianceError]:
    """Every harmless change. EXIF orientations are set on lossless copies, and must not move the score at all."""
    originals = _scores(photos, partial(_copy, preprocessing, "none"), scorer)
    found = []
    for name in INVARIANT_CHANGES:
        moved = np.abs(_scores(photos, partial(_copy, preprocessing, name), scorer) - originals)
        p95, largest = float(np.quantile(moved, 0.95)), float(moved.max())
        found.append(InvarianceError(name, len(photos), of_photos(moved, np.median), p95, largest))
    return found


def mean_lower(found: Sequence[DegradationEffect], strength: str) -> Figure:
    """Share of worse copies that score lower, averaged over the degradations."""
    return of_photos(np.mean([drop.wins for drop in found if drop.strength == strength], axis=0), np.mean)


def _scores(photos: Sequence[Path], prepared: Callable[[Path], Inputs], scorer: Scorer) -> Floats:
    return np.concatenate([scorer(batch) for batch in _batches(photos, prepared)])


def _batches(photos: Sequence[Path], prepared: Callable[[Path], Inputs], size: int = 32) -> Iterator[Inputs]:
    with ProcessPoolExecutor() as pool:  # numpy's arithmetic on whole photos holds the interpreter's lock
        for at in range(0, len(photos), size):
            yield np.stack(list(pool.map(prepared, photos[at : at + size], chunksize=4)))


def _plain(preprocessing: Preprocessing, photo: Path) -> Inputs:
    return prepare(photo.read_bytes(), preprocessing)


def _worse(preprocessing: Preprocessing, name: str, strength: str, photo: Path) -> Inputs:
    pixels = decode(photo.read_bytes(), preprocessing).pixels
    seed = int.from_bytes(photo.name.encode()[-8:], "big")  # of the photo: figures do not depend on its position
    return prepare(_png(Image.fromarray(degrade(pixels, name, strength, seed))), preprocessing)


def _copy(preprocessing: Preprocessing, name: str, photo: Path) -> Inputs:
    whole = preprocessing.model_copy(update={"decode_long_side": FULL_SIZE})
    pixels = decode(photo.read_bytes(), whole).pixels  # upright and in sRGB: what a copy without a profile must hold
    return prepare(INVARIANT_CHANGES.get(name, _png)(Image.fromarray(pixels)), preprocessing)


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _mirrored(image: Image.Image) -> bytes:
    return _png(image.transpose(Image.Transpose.FLIP_LEFT_RIGHT))


def _smaller(image: Image.Image) -> bytes:
    return _png(image.resize((round(image.width * 0.95), round(image.height * 0.95)), Image.Resampling.LANCZOS))


def _as_the_page_sends(image: Image.Image) -> bytes:
    """Long side of 1024 pixels at most, JPEG at 92: as `frontend/upload/downscale.js`, with Pillow's filter."""
    image.thumbnail((1024, 1024))
    return _jpeg(image, 92)


def _turned(orientation: int, image: Image.Image) -> bytes:
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = orientation
    out = io.BytesIO()
    image.transpose(TURNS[orientation]).save(out, "PNG", compress_level=1, exif=exif)
    return out.getvalue()


INVARIANT_CHANGES: dict[str, Callable[[Image.Image], bytes]] = {
    "mirrored": _mirrored,
    "95 % of its size": _smaller,
    "JPEG at 90": partial(_jpeg, quality=90),
    "as the page sends it": _as_the_page_sends,
    **{f"EXIF orientation {number}": partial(_turned, number) for number in TURNS},
}
"""Name → bytes of an equal copy (a mirror image: equally good)."""
