"""Does an offset by kind, fitted on training photos, take away the bias by kind of unseen photos?

    python -m training.research.kind_offsets --photos $CRITIC_DATA

Offsets in points, weighted by the probabilities of the output `kind`, fitted by least squares on every third rated
photo of the pool. Nothing is fitted or chosen on the Flickr photos of the table.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from training.research.both_networks import MODELS
from training.research.degraded_copies import REPOSITORY

from critic_core.contracts.manifest import MODEL_FILE
from critic_training.data.photo_sets import Floats, read_rated, read_unrated
from critic_training.data.rated_pool import common_scale, rater_scales, read_pool
from critic_training.evaluation.interval import Figure
from critic_training.evaluation.onnx_model import open_session, predict_files
from critic_training.evaluation.rated_reference import RatedReference, bias_by_kind, read_reference
from critic_training.evaluation.served_scores import served_scores
from critic_training.evaluation.statistics import spearman
from critic_training.export.model_folder import read_manifest

EVERY = 3


def main() -> None:
    """Print the table of each shipped model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True, help="folder with oasis, pool, ccby and ratings")
    folder = parser.parse_args().photos
    table = folder / "ccby" / "attribution.csv"
    reference = read_reference(folder / "ratings", table, read_unrated(table))
    assert reference is not None
    training, label = read_training_photos(folder)
    for model in MODELS:
        offsets = fit_offsets(*predict(model, training), label)
        print(f"| {model} | as shipped | with offsets |")
        print("\n".join(rows(reference, *predict(model, read_unrated(table)), offsets)))


def read_training_photos(folder: Path) -> tuple[tuple[Path, ...], Floats]:
    """Files, and ratings `[N]` in points."""
    rated = read_rated(folder / "oasis")
    pool = read_pool(folder / "ratings", folder / "pool" / "index.csv", rated)
    pool = pool.subset(np.arange(0, len(pool.files), EVERY))
    points = common_scale(rater_scales(folder / "ratings", rated))
    return pool.files, np.array([points(float(rating)) for rating in pool.rating], np.float32)


def predict(model: str, files: tuple[Path, ...]) -> tuple[Floats, Floats]:
    """Scores `[N]` and probabilities of kinds `[N, K]`, as served."""
    manifest = read_manifest(REPOSITORY / model / "1")
    probability, kinds = predict_files(
        open_session(REPOSITORY / model / "1" / MODEL_FILE), files, manifest.preprocessing
    )
    assert kinds is not None
    return served_scores(probability, manifest.scale), kinds


def fit_offsets(score: Floats, kinds: Floats, label: Floats) -> Floats:
    """Points `[K]`."""
    offsets: Floats = np.linalg.lstsq(kinds, label - score, rcond=None)[0]
    return offsets


def rows(reference: RatedReference, score: Floats, kinds: Floats, offsets: Floats) -> Iterator[str]:
    """Order, and mean score less rating of each kind, with intervals."""
    rated = np.isfinite(reference.points)
    points, kind = reference.points[rated], reference.kind[rated]
    scores = [score[rated], (score + kinds @ offsets)[rated]]
    orders = " | ".join(f"{spearman(values, points):.3f}" for values in scores)
    yield f"| Spearman | {orders} |"
    before, after = (bias_by_kind(values - points, kind) for values in scores)
    for name in before:
        yield f"| {name} | {_cell(before[name])} | {_cell(after[name])} |"


def _cell(bias: Figure) -> str:
    return f"{bias.value:+.1f} [{bias.low:+.1f}, {bias.high:+.1f}]"


if __name__ == "__main__":
    main()
