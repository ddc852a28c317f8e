"""Accuracy of the best of a group against its degraded copies, and of an album's order against ratings.

    python -m training.research.best_of_group --photos $CRITIC_DATA [--per-set 300] [--fit] [--cache FILE]

Photos are drawn at random from `ccby` and `oasis`: `per-set` of either to fit the weights of
`critic_worker.albums.ranking.quality` (--fit prints its weights), and half as many others, unused before, for the
figures.
--cache stores the features (with --fit, those to fit on, too), and reads them where the file exists.
The model was trained on the OASIS photos and their ratings, so that the score alone is too good there; `vessel`, in no
training set, is the fairer judge of the order of an album.
"""

import argparse
import csv
import pickle
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr
from training.research.degraded_copies import COPIES, MODELS, NEVER_GROUPED, CopyFeatures, extract_features
from training.research.quality_weights import print_weights

from critic_core.contracts.album import PhotoFeatures, Thresholds
from critic_training.data.degradations import DEGRADATIONS, STRENGTHS
from critic_worker.albums.grouping.group_levels import group
from critic_worker.albums.ranking.quality import preference, quality
from critic_worker.albums.table import similarity_features

RESAMPLES = 2000
_BURSTS = 20  # of each photo


@dataclass(frozen=True)
class Albums:
    """Features of photos with their copies, and of rated photos with their ratings by set."""

    fitted: list[CopyFeatures]
    reported: list[CopyFeatures]
    rated: dict[str, tuple[list[CopyFeatures], list[float]]]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True, help="folder with ccby, oasis and vessel")
    parser.add_argument("--per-set", type=int, default=300, help="of either set to fit on; half as many to report")
    parser.add_argument("--fit", action="store_true", help="fit the weights, and print them")
    parser.add_argument("--cache", type=Path, help="file of the extracted features")
    arguments = parser.parse_args()
    albums = _albums(arguments.photos, arguments.per_set, arguments.fit, arguments.cache)
    if arguments.fit:
        print_weights(albums.fitted)
    for number, model in enumerate(MODELS):
        _print_accuracy(model, [photo.features[number] for photo in albums.reported])
        _print_order(number, albums.rated)


def _albums(folder: Path, per_set: int, fit: bool, cache: Path | None) -> Albums:
    if cache and cache.exists():
        stored = pickle.loads(cache.read_bytes())  # noqa: S301 - a file of this command
        assert isinstance(stored, Albums)
        return stored
    sets = [sorted((folder / name / "images").rglob("*.jpg")) for name in ("ccby", "oasis")]
    fitted, reported = draw_photos(sets, per_set)
    rated = {name: _rated(folder / name) for name in ("oasis", "vessel")}
    to_fit = extract_features(fitted, copies=True) if fit else []
    albums = Albums(to_fit, extract_features(reported, copies=True), rated)
    if cache:
        cache.write_bytes(pickle.dumps(albums))
    return albums


def draw_photos(sets: list[list[Path]], per_set: int) -> tuple[list[Path], list[Path]]:
    """Photos to fit on, and half as many others to report on."""
    random = np.random.default_rng(1)
    fitted = [sorted(random.choice(len(files), per_set, replace=False)) for files in sets]
    unused = [np.setdiff1d(np.arange(len(files)), drawn) for files, drawn in zip(sets, fitted, strict=True)]
    reported = [sorted(random.choice(left, per_set // 2, replace=False)) for left in unused]
    return _files_at(sets, fitted), _files_at(sets, reported)


def _files_at(sets: list[list[Path]], drawn: list[list[int]]) -> list[Path]:
    return [files[index] for files, indices in zip(sets, drawn, strict=True) for index in indices]


def _rated(folder: Path) -> tuple[list[CopyFeatures], list[float]]:
    with (folder / "labels.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    photos = extract_features([folder / row["file"] for row in rows], copies=False)
    return photos, [float(row["score"]) for row in rows]


def _print_accuracy(model: str, groups: list[list[PhotoFeatures]]) -> None:
    """`groups`: a photo and its copies each."""
    score = np.array([[photo.score for photo in features] for features in groups])
    gaps = np.array([_gaps(features) for features in groups])
    near = np.array([near_duplicates(features) for features in groups])
    wins = {"score": score[:, :1] > score[:, 1:], "combination": gaps > 0}
    print(f"## {model}, {len(groups)} photos\n\n| worse copy | strength | near duplicate | score alone | combination |")
    print("|---|---|---|---|---|")
    for kind in DEGRADATIONS:
        for strength in STRENGTHS:
            chosen = [COPIES.index((kind, strength))]
            cells = " | ".join(_interval(won[:, chosen].mean(axis=1)) for won in wins.values())
            print(f"| {kind} | {strength} | {near[:, chosen].mean():.2f} | {cells} |")
    for strength in STRENGTHS:
        _print_means(strength, wins, near)


def _gaps(features: list[PhotoFeatures]) -> np.ndarray:
    """Preference of the photo over each of its copies, `[C]`, as a group of two."""
    pairs = [preference([features[0], copy], np.zeros(2, np.int64)) for copy in features[1:]]
    return np.array([of_photo - of_copy for of_photo, of_copy in pairs])


def _print_means(strength: str, wins: dict[str, np.ndarray], near: np.ndarray) -> None:
    """Over all kinds, without crops, over grouped copies; and the share of photos that beat all of their group."""
    all_kinds = [index for index, copy in enumerate(COPIES) if copy[1] == strength]
    some = [index for index in all_kinds if COPIES[index][0] not in NEVER_GROUPED]
    for name, chosen in (("all kinds", all_kinds), ("all but crops", some)):
        cells = " | ".join(_interval(won[:, chosen].mean(axis=1)) for won in wins.values())
        print(f"| **{name}** | {strength} | {near[:, chosen].mean():.2f} | {cells} |")
    grouped = near[:, all_kinds]
    cells = " | ".join(_interval(_mean_where(won[:, all_kinds], grouped)) for won in wins.values())
    print(f"| **near duplicates** | {strength} | 1 | {cells} |")
    cells = " | ".join(_interval((won[:, all_kinds] | ~grouped).all(axis=1).astype(float)) for won in wins.values())
    print(f"| **photo wins its group** | {strength} | 1 | {cells} |")
    cells = " | ".join(_interval(_bursts(won[:, all_kinds], grouped)) for won in wins.values())
    print(f"| **best of a burst of five** | {strength} | 1 | {cells} |")


def _bursts(won: np.ndarray, grouped: np.ndarray) -> np.ndarray:
    """Share of bursts of the photo and four of its copies in which the photo wins; `[P]`."""
    random = np.random.default_rng(3)
    rows = []
    for of_photo, in_group in zip(won, grouped, strict=True):
        copies = np.flatnonzero(in_group)
        draws = [random.choice(copies, min(4, len(copies)), replace=False) for _ in range(_BURSTS)]
        rows.append(np.mean([of_photo[draw].all() for draw in draws]))
    return np.array(rows)


def _mean_where(won: np.ndarray, counts: np.ndarray) -> np.ndarray:
    return np.asarray((won & counts).sum(axis=1) / np.maximum(1, counts.sum(axis=1)))


def near_duplicates(features: list[PhotoFeatures]) -> np.ndarray:
    """Whether the album groups each copy with its photo, at the default thresholds; `[C]`."""
    taken = np.full(2, np.nan)
    pairs = [[features[0], copy] for copy in features[1:]]
    groups = [group(["a", "b"], similarity_features(pair, taken), Thresholds()).near for pair in pairs]
    return np.array([of_photo == of_copy for of_photo, of_copy in groups])


def _interval(values: np.ndarray) -> str:
    """The mean, and its 95 % bootstrap interval over photographs."""
    drawn = np.random.default_rng(2).integers(0, len(values), (RESAMPLES, len(values)))
    low, high = np.quantile(values[drawn].mean(axis=1), [0.025, 0.975])
    return f"{values.mean():.3f} [{low:.3f}, {high:.3f}]"


def _print_order(number: int, rated: dict[str, tuple[list[CopyFeatures], list[float]]]) -> None:
    """Spearman with people's ratings, of the score and of the quality of photos that are no near duplicates."""
    print("\n| ratings | photos | score | quality | difference |\n|---|---|---|---|---|")
    for name, (photos, ratings) in rated.items():
        features = [photo.features[number][0] for photo in photos]
        by_score = spearmanr([photo.score for photo in features], ratings).statistic
        by_quality = spearmanr(quality(features, np.arange(len(features))), ratings).statistic
        print(f"| {name} | {len(features)} | {by_score:.4f} | {by_quality:.4f} | {by_quality - by_score:+.4f} |")
    print()


if __name__ == "__main__":
    main()
