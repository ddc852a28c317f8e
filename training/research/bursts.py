"""Bursts that stay one group, and different photos that are merged into one.

    python -m training.research.bursts --photos $CRITIC_DATA

Two hundred bursts of five frames, 0.4 s apart, each a crop of at least 80 % of a photograph, tilted by up to 7° and
exposed by up to ±2 EV. Two hundred pairs of different photographs of one kind, 0.4 s apart by one camera. The least
cosine was chosen on the photographs with an even number; these figures are of those with an odd one.
"""

import argparse
import csv
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from PIL import Image
from training.research.degraded_copies import photo_features
from training.research.focus import wilson_interval

from critic_core.contracts.album import PhotoFeatures, Thresholds
from critic_core.contracts.critique import Capture
from critic_training.data.degradations import exposure, tilt
from critic_worker.albums.features.capture_facts import taken_seconds
from critic_worker.albums.grouping.group_levels import group
from critic_worker.albums.table import similarity_features

COUNT, FRAMES, GAP = 200, 5, 0.4
_BEGAN = datetime(2026, 6, 1, 9)  # noqa: DTZ001 - a camera's clock has no zone
_MOST_TILT, _MOST_EV, _LEAST_VIEW = 7.0, 2.0, 0.8


def main() -> None:
    """Print both figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True, help="folder with ccby and ratings/kinds.csv")
    folder = parser.parse_args().photos
    whole = [is_one_group(burst(photo, number)) for number, photo in enumerate(photos_of(folder)[1::2][:COUNT])]
    merged = [is_one_group(shots) for shots in different_pairs(folder, 1)]
    print(f"bursts whole: {np.mean(whole):.3f} {wilson_interval(float(np.mean(whole)), len(whole))} of {len(whole)}")
    print(f"merged falsely: {np.mean(merged):.3f} {wilson_interval(float(np.mean(merged)), len(merged))}", end=" ")
    print(f"of {len(merged)}")


def photos_of(folder: Path) -> list[Path]:
    return sorted((folder / "ccby" / "images").glob("*.jpg"))


def burst(photo: Path, seed: int) -> list[PhotoFeatures]:
    """Five frames of one view."""
    random = np.random.default_rng(seed)
    pixels = np.asarray(Image.open(photo).convert("RGB"))
    return [_shot(_frame(pixels, random), number) for number in range(FRAMES)]


def different_pairs(folder: Path, parity: int) -> list[list[PhotoFeatures]]:
    """Pairs of different photographs of one kind."""
    with (folder / "ratings" / "kinds.csv").open(newline="") as lines:
        kinds = {row["file"]: row["kind"] for row in csv.DictReader(lines)}
    photos = photos_of(folder)[parity::2][:COUNT]
    by_kind = sorted(photos, key=lambda photo: (kinds.get(str(photo.relative_to(folder)), ""), photo.name))
    shots = [_shot(np.asarray(Image.open(photo).convert("RGB")), number % 2) for number, photo in enumerate(by_kind)]
    later = [shot.model_copy(update={"capture": _capture(1)}) for shot in shots[1:]]
    earlier = [shot.model_copy(update={"capture": _capture(0)}) for shot in shots[:-1]]
    return [list(pair) for pair in zip(earlier, later, strict=True)]


def is_one_group(shots: list[PhotoFeatures]) -> bool:
    features = similarity_features(shots, taken_seconds(shots))
    near = group([str(number) for number in range(len(shots))], features, Thresholds()).near
    return len(np.unique(near)) == 1


def _frame(pixels: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Tilted, cropped and exposed at random, within the limits."""
    height, width = pixels.shape[:2]
    share = random.uniform(_LEAST_VIEW, 1)
    top, left = random.uniform(0, 1 - share, 2)
    view = pixels[int(top * height) : int((top + share) * height), int(left * width) : int((left + share) * width)]
    return exposure(tilt(view, random.uniform(0, _MOST_TILT), random), random.uniform(-_MOST_EV, _MOST_EV), random)


def _shot(pixels: np.ndarray, number: int) -> PhotoFeatures:
    return photo_features(pixels)[0].model_copy(update={"capture": _capture(number)})


def _capture(number: int) -> Capture:
    return Capture(taken_at=_BEGAN + timedelta(seconds=GAP * number), camera="Test")


if __name__ == "__main__":
    main()
