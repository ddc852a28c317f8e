"""Is the mean of both networks' ratings worth the second network's cost?

    python -m training.research.both_networks --photos $CRITIC_DATA

Equal shares of the shipped models, on photos without part in any training or choice: Vessel, and rated Flickr photos.
"""

import argparse
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from training.research.degraded_copies import REPOSITORY

from critic_core.contracts.manifest import MODEL_FILE
from critic_training.data.photo_sets import Floats, RatedPhotos, read_rated, read_unrated
from critic_training.evaluation.config import EvaluationConfig
from critic_training.evaluation.figures import MEASURES
from critic_training.evaluation.interval import Measure, figure
from critic_training.evaluation.onnx_model import open_session, predict_files
from critic_training.evaluation.rated_reference import read_reference
from critic_training.evaluation.statistics import Positions, Sides, resamples, sides
from critic_training.export.model_folder import read_manifest

MODELS = ("aesthetics", "aesthetics-alexnet")
CONFIG = EvaluationConfig()
WITHIN = "Spearman within category"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True, help="folder with vessel, ccby and ratings")
    folder = parser.parse_args().photos
    print("| set | figure | first | second | mean | gain over the first |")
    for photos in (read_rated(folder / "vessel"), read_flickr(folder)):
        first, second = (rate(model, photos.files) for model in MODELS)
        print("\n".join(rows(photos, first, second)))


def read_flickr(folder: Path) -> RatedPhotos:
    """Rated photos of `ccby`, without categories."""
    table = folder / "ccby" / "attribution.csv"
    files = read_unrated(table)
    reference = read_reference(folder / "ratings", table, files)
    assert reference is not None
    rated = np.flatnonzero(np.isfinite(reference.points))
    chosen, category = tuple(files[number] for number in rated), np.full(len(rated), "any")
    return RatedPhotos("Flickr", chosen, reference.points[rated], category, rated, rated.astype(str))


def rate(model: str, files: tuple[Path, ...]) -> Floats:
    """Standard deviations of people's ratings `[N]`: log-odds without the calibration."""
    manifest = read_manifest(REPOSITORY / model / "1")
    session = open_session(REPOSITORY / model / "1" / MODEL_FILE)
    probability, _ = predict_files(session, files, manifest.preprocessing)
    platt = manifest.calibration.parameters
    return np.asarray((np.log(probability / (1 - probability)) - platt["intercept"]) / platt["slope"], np.float32)


def rows(photos: RatedPhotos, first: Floats, second: Floats) -> Iterator[str]:
    """Intervals over themes, or photos where there are none."""
    drawn, split = resamples(photos.group, CONFIG), sides(photos, CONFIG.good_share)
    mean = np.asarray((first + second) / 2, np.float32)
    for name in (WITHIN, "top 30 % against bottom 30 %"):
        measures = [partial(_measure, name, rating, photos, split) for rating in (first, second, mean)]
        values = " | ".join(f"{measure(np.arange(len(first))):.3f}" for measure in measures)
        gain = figure([_difference(measures[2], measures[0])], len(first), drawn)
        yield f"| {photos.name} | {name} | {values} | {gain.value:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}] |"


def _difference(mean: Measure, first: Measure) -> Measure:
    return lambda at: mean(at) - first(at)


def _measure(name: str, rating: Floats, photos: RatedPhotos, split: Sides, at: Positions) -> float:
    if name != WITHIN:
        return MEASURES[name](rating, photos, split, np.ones(len(rating), bool), at)
    chosen = [photos.category == category for category in np.unique(photos.category)]
    return float(np.mean([MEASURES["Spearman"](rating, photos, split, of_category, at) for of_category in chosen]))


if __name__ == "__main__":
    main()
