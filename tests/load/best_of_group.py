"""Does the best of a group win against its worse copies? And does the order of an album stay that of its scores?

    python -m tests.load.best_of_group --photos ../shared/data [--each 300] [--fit] [--keep FILE]

Photos are drawn by chance from `ccby` and `oasis`: `each` of either to find and fit the formula of
`critic_worker.albums.quality` (--fit prints its weights), and half as many others, never looked at before, for the
figures. --keep stores what was seen, and reads it when it is there.
The models learnt from the OASIS photos and their ratings, so that the score alone looks too good there; `vessel`, which
no model learnt from, is the fairer judge of the order of an album.
"""

import argparse
import csv
import pickle
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr
from tests.load.quality_weights import tell_weights
from tests.load.worse_copies import COPIES, MODELS, NEVER_GROUPED, Seen, see

from critic_core.contracts.album import Marks, Thresholds
from critic_training.data.degradations import DEGRADATIONS, STRENGTHS
from critic_worker.albums.group_levels import group
from critic_worker.albums.quality import preference, quality
from critic_worker.albums.table import compared

DRAWS = 2000


@dataclass(frozen=True)
class Albums:
    """What was seen: photos with their copies, and rated photos with their ratings by set."""

    fitted: list[Seen]
    reported: list[Seen]
    rated: dict[str, tuple[list[Seen], list[float]]]


def main() -> None:
    """Look, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True, help="folder with ccby, oasis and vessel")
    parser.add_argument("--each", type=int, default=300, help="of either set to fit on; half as many to report")
    parser.add_argument("--fit", action="store_true", help="fit the weights, and print them")
    parser.add_argument("--keep", type=Path, help="what was seen, to look no second time")
    told = parser.parse_args()
    albums = _albums(told.photos, told.each, told.keep)
    if told.fit:
        tell_weights(albums.fitted)
    for number, model in enumerate(MODELS):
        _tell_accuracy(model, [seen.marks[number] for seen in albums.reported])
        _tell_order(number, albums.rated)


def _albums(folder: Path, each: int, keep: Path | None) -> Albums:
    if keep and keep.exists():
        kept = pickle.loads(keep.read_bytes())
        assert isinstance(kept, Albums)
        return kept
    fitted, reported = _drawn([sorted((folder / name / "images").rglob("*.jpg")) for name in ("ccby", "oasis")], each)
    rated = {name: _rated(folder / name) for name in ("oasis", "vessel")}
    found = Albums(see(fitted, copies=True), see(reported, copies=True), rated)
    if keep:
        keep.write_bytes(pickle.dumps(found))
    return found


def _drawn(sets: list[list[Path]], each: int) -> tuple[list[Path], list[Path]]:
    """Photos to fit on, and others to report on."""
    random = np.random.default_rng(1)
    fitted = [sorted(random.choice(len(files), each, replace=False)) for files in sets]
    others = [np.setdiff1d(np.arange(len(files)), drawn) for files, drawn in zip(sets, fitted, strict=True)]
    reported = [sorted(random.choice(left, each // 2, replace=False)) for left in others]
    return _of(sets, fitted), _of(sets, reported)


def _of(sets: list[list[Path]], drawn: list[list[int]]) -> list[Path]:
    return [files[place] for files, places in zip(sets, drawn, strict=True) for place in places]


def _rated(folder: Path) -> tuple[list[Seen], list[float]]:
    with (folder / "labels.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    return see([folder / row["file"] for row in rows], copies=False), [float(row["score"]) for row in rows]


def _tell_accuracy(model: str, groups: list[list[Marks]]) -> None:
    """`groups`: a photo and its copies each."""
    score = np.array([[each.score for each in marks] for marks in groups])
    whole = np.array([preference(marks) for marks in groups])
    near = np.array([_near(marks) for marks in groups])
    wins = {"score": score[:, :1] > score[:, 1:], "combination": whole[:, :1] > whole[:, 1:]}
    print(f"## {model}, {len(groups)} photos\n\n| worse copy | strength | near duplicate | score alone | combination |")
    print("|---|---|---|---|---|")
    for kind in DEGRADATIONS:
        for strength in STRENGTHS:
            chosen = [COPIES.index((kind, strength))]
            cells = " | ".join(_interval(won[:, chosen].mean(axis=1)) for won in wins.values())
            print(f"| {kind} | {strength} | {near[:, chosen].mean():.2f} | {cells} |")
    for strength in STRENGTHS:
        _tell_means(strength, wins, near)


def _tell_means(strength: str, wins: dict[str, np.ndarray], near: np.ndarray) -> None:
    """Over all kinds, without crops, over copies that are grouped; and whether the photo beats all of those at once."""
    all_kinds = [place for place, copy in enumerate(COPIES) if copy[1] == strength]
    some = [place for place in all_kinds if COPIES[place][0] not in NEVER_GROUPED]
    for name, chosen in (("all kinds", all_kinds), ("all but crops", some)):
        cells = " | ".join(_interval(won[:, chosen].mean(axis=1)) for won in wins.values())
        print(f"| **{name}** | {strength} | {near[:, chosen].mean():.2f} | {cells} |")
    grouped = near[:, all_kinds]
    cells = " | ".join(_interval(_mean_where(won[:, all_kinds], grouped)) for won in wins.values())
    print(f"| **near duplicates** | {strength} | 1 | {cells} |")
    cells = " | ".join(_interval((won[:, all_kinds] | ~grouped).all(axis=1).astype(float)) for won in wins.values())
    print(f"| **photo wins its group** | {strength} | 1 | {cells} |")


def _mean_where(won: np.ndarray, counts: np.ndarray) -> np.ndarray:
    return np.asarray((won & counts).sum(axis=1) / np.maximum(1, counts.sum(axis=1)))


def _near(marks: list[Marks]) -> np.ndarray:
    """Whether the album would group each copy with its photo, at the default thresholds; `[C]`."""
    taken = np.full(2, np.nan)
    pairs = [[marks[0], copy] for copy in marks[1:]]
    told = [group(["a", "b"], compared(pair, taken), Thresholds()).near for pair in pairs]
    return np.array([one == other for one, other in told])


def _interval(values: np.ndarray) -> str:
    """The mean, and 95 % of its bootstrap over photographs."""
    draws = np.random.default_rng(2).integers(0, len(values), (DRAWS, len(values)))
    low, high = np.quantile(values[draws].mean(axis=1), [0.025, 0.975])
    return f"{values.mean():.3f} [{low:.3f}, {high:.3f}]"


def _tell_order(number: int, rated: dict[str, tuple[list[Seen], list[float]]]) -> None:
    """Spearman with people's ratings, of the score and of the quality of photos that are no near duplicates."""
    print("\n| ratings | photos | score | quality | difference |\n|---|---|---|---|---|")
    for name, (seen, ratings) in rated.items():
        marks = [each.marks[number][0] for each in seen]
        score = np.array([each.score for each in marks])
        told = [spearmanr(values, ratings).statistic for values in (score, quality(marks, np.arange(len(marks))))]
        print(f"| {name} | {len(marks)} | {told[0]:.4f} | {told[1]:.4f} | {told[1] - told[0]:+.4f} |")
    print()


if __name__ == "__main__":
    main()
