"""How many decisions a taste needs until it beats the common score: simulated photographers, and raters of photos.

    python -m training.research.taste --photos $CRITIC_DATA [--draws 20] [--cache FILE]

A photographer picks the upper third of photographs. Simulated ones weigh known things, besides the common score and
chance; the raters are two vision-language models on 600 Flickr photos, and the mean of people on the Vessel scenes,
which no model was trained on. From each, decisions are drawn at random; the taste is trained on them as the worker
trains, and measured on the photos that were not drawn. --cache stores the features, and reads them where the file
exists.
"""

import argparse
import csv
import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from training.research.degraded_copies import extract_features

from critic_core.contracts.album import PhotoFeatures
from critic_core.contracts.critique import PropertyName
from critic_core.imaging.properties.registry import MEASURES
from critic_worker.albums.ranking.taste import clip_log_odds, taste_columns
from critic_worker.taste.examples import Examples
from critic_worker.taste.held_out import compare, fit_chosen, held_out

DECISIONS = (50, 100, 200, 400)
PICKED = 1 / 3
_LEAST_LEFT = 80  # photos to measure on
_AGREEMENT, _CHANCE = 0.3, 0.6  # weights of the common score's log-odds, and of a logistic error


@dataclass(frozen=True)
class Photographer:
    """Photos by their columns `[N, C]`, and what a photographer finds of them, `[N]`."""

    name: str
    columns: np.ndarray
    likes: np.ndarray

    @property
    def all(self) -> Examples:
        """Every photo with its decision; no two alike."""
        numbers, none = np.arange(len(self.likes)), np.zeros(len(self.likes), np.int64)
        return Examples(self.columns, self.likes > np.quantile(self.likes, 1 - PICKED), none, numbers)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True, help="folder with ccby, vessel and ratings")
    parser.add_argument("--draws", type=int, default=20, help="of decisions, for each line")
    parser.add_argument("--cache", type=Path, help="file of the extracted features")
    arguments = parser.parse_args()
    features = _features(arguments.photos, arguments.cache)
    print("| photographer | decisions | common score | gain | proven | gain in use |\n|---|---|---|---|---|---|")
    for photographer in (*simulated(arguments.photos, features), *raters(arguments.photos, features)):
        for decisions in DECISIONS:
            if decisions + _LEAST_LEFT <= len(photographer.likes):
                print(_line(photographer, decisions, arguments.draws), flush=True)


def _features(folder: Path, cache: Path | None) -> dict[str, PhotoFeatures]:
    """By path below the folder."""
    if cache and cache.exists():
        stored: dict[str, PhotoFeatures] = pickle.loads(cache.read_bytes())  # noqa: S301 - a file of this command
        return stored
    files = [file for name in ("ccby", "vessel") for file in sorted((folder / name / "images").glob("*.jpg"))]
    photos = extract_features(files, copies=False)
    features = {str(file.relative_to(folder)): photo.features[0][0] for file, photo in zip(files, photos, strict=True)}
    if cache:
        cache.write_bytes(pickle.dumps(features))
    return features


def simulated(folder: Path, features: dict[str, PhotoFeatures]) -> Iterator[Photographer]:
    """On the Flickr photos."""
    names = sorted(name for name in features if name.startswith("ccby/"))
    columns = taste_columns([features[name] for name in names])
    kinds = {row["file"]: row["kind"] for row in _rows(folder / "ratings" / "kinds.csv")}
    dark, muted = (
        -columns[:, 1 + list(MEASURES).index(name)] for name in (PropertyName.exposure, PropertyName.saturation)
    )
    alive = np.array([kinds.get(name) in {"P", "A"} for name in names])
    tastes = {"simulated: none of their own": 0 * dark, "simulated: dark, muted": 2 * dark + 1.5 * muted}
    for name, taste in (tastes | {"simulated: people, animals": 1.5 * alive}).items():
        chance = _CHANCE * np.random.default_rng(3).logistic(size=len(names))
        yield Photographer(name, columns, _AGREEMENT * columns[:, 0] + taste + chance)


def raters(folder: Path, features: dict[str, PhotoFeatures]) -> Iterator[Photographer]:
    """The raters of the Flickr photos, and the people who rated the Vessel scenes."""
    sources = {
        "first rater, Flickr": ("ccby", folder / "ratings" / "ccby.csv", "score"),
        "second rater, Flickr": ("ccby", folder / "ratings" / "ccby.csv", "score_second_rater_1_to_7"),
        "people, Vessel": ("vessel", folder / "vessel" / "labels.csv", "score"),
    }
    for name, (data_set, file, column) in sources.items():
        rows = [row for row in _rows(file) if row[column]]
        columns = taste_columns([features[f"{data_set}/{row['file']}"] for row in rows])
        yield Photographer(name, columns, np.array([float(row[column]) for row in rows]))


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as lines:
        return list(csv.DictReader(lines))


def _line(photographer: Photographer, decisions: int, draws: int) -> str:
    results = np.array([result(photographer.all, decisions, draw) for draw in range(draws)])
    common, gain, proven = results.T
    in_use = gain * proven
    return (
        f"| {photographer.name} | {decisions} | {common.mean():.3f} | {_interval(gain)} | {proven.mean():.2f} | "
        f"{_interval(in_use)} |"
    )


def result(photos: Examples, decisions: int, draw: int) -> tuple[float, float, bool]:
    """The common score's accuracy and the taste's gain on photos not drawn, and whether the drawn ones prove it."""
    order = np.random.default_rng(draw).permutation(len(photos))
    drawn, held_back = photos[order[:decisions]], photos[order[decisions:]]
    taste = clip_log_odds(held_back.columns @ fit_chosen(drawn))
    measured = compare(held_back, held_back.common + taste)
    return measured.common, measured.gain, held_out(drawn).gain_low > 0


def _interval(values: np.ndarray) -> str:
    """The mean, and the range of 95 % of the draws."""
    low, high = np.quantile(values, [0.025, 0.975])
    return f"{values.mean():+.3f} [{low:+.3f}, {high:+.3f}]"


if __name__ == "__main__":
    main()
