"""A run: look at everything, learn a head a fold and seed, then the one that is shipped.

The protocol: every fold is answered about by a head that learnt from the others; nothing is chosen in a run, so there
is no validation fold (knobs.py says how the knobs were chosen). Vessel-like sets are answered about by the last heads.
Writes what `critic-train evaluate`, `report` and `export` read: `checkpoint.pt`, `out_of_fold.csv`, `across.csv`.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np

from critic_core.contracts.manifest import Preprocessing
from critic_training.data.photo_cache import fingerprint
from critic_training.data.photo_sets import Floats, Rated
from critic_training.finetune.embed import fit_embedding
from critic_training.finetune.folds import SAMPLE
from critic_training.finetune.plan import Library
from critic_training.head.backbone import Front
from critic_training.head.degraded_copies import draw_copies, made
from critic_training.head.fit import Head, Lesson, learn
from critic_training.head.hyperparameters import HeadKnobs
from critic_training.head.teacher import Standard, standard
from critic_training.head.views import Views
from critic_training.runs.checkpoint import write_best
from critic_training.runs.configuration import Configuration
from critic_training.runs.features import features, kept, views
from critic_training.runs.predictions import (
    ACROSS_FILE,
    ACROSS_HEADER,
    OUT_OF_FOLD_FILE,
    OUT_OF_FOLD_HEADER,
    photo_name,
    write_rows,
)
from critic_training.runs.progress import Progress


@dataclass(frozen=True)
class Run:
    """`pool` are the files of `library.pool`: worse copies are made from them. `seeds`: the first one's head ships."""

    front: Front
    library: Library
    pool: tuple[Path, ...]
    preprocessing: Preprocessing
    seeds: tuple[int, ...]
    out: Path
    cache: Path
    workers: int
    knobs: HeadKnobs = field(default_factory=HeadKnobs)


@dataclass(frozen=True)
class Seen:
    """Standardised features of all sets, by name where there may be several."""

    scale: Standard
    lesson: Lesson
    across: dict[str, Floats]


def run(asked: Run, progress: Progress) -> None:
    """Everything; see above."""
    seen = look(asked, progress)
    asked.out.mkdir(parents=True, exist_ok=True)
    write_rows(asked.out / OUT_OF_FOLD_FILE, OUT_OF_FOLD_HEADER, _out_of_fold(asked, seen, progress))
    heads = {seed: _learn(asked, seen.lesson, seed) for seed in asked.seeds}
    rows = (row for seed, head in heads.items() for row in _across(asked.library.across, seen.across, seed, head))
    write_rows(asked.out / ACROSS_FILE, ACROSS_HEADER, rows)
    asked.front.take(seen.scale, heads[asked.seeds[0]])
    sample = np.random.default_rng(0).permutation(len(asked.pool))[:SAMPLE]
    fit_embedding(asked.front.network, asked.library.pool, sample)
    network = asked.front.network
    knobs = Configuration(arch=network.architecture, seed=asked.seeds[0], embedding_size=network.embedding.out_features)
    write_best(asked.out, network, knobs, {"head": asdict(asked.knobs)})


def look(asked: Run, progress: Progress) -> Seen:
    """Features of every set, standardised over the pool."""
    pool = _views(asked, "the pool", asked.pool, progress)
    scale = standard(pool.plain)
    rated = _views(asked, asked.library.rated.name, asked.library.rated.files, progress)
    origin, copies = _copies(asked, progress)
    across = {
        name: scale(_views(asked, name, other.files, progress).plain)
        for name, (other, _) in asked.library.across.items()
    }
    lesson = Lesson(pool.map(scale), scale(copies), origin, rated.map(scale), asked.library.rated.score)
    return Seen(scale, lesson, across)


def _views(asked: Run, title: str, files: tuple[Path, ...], progress: Progress) -> Views:
    library = asked.library
    known = {asked.pool: library.pool, library.rated.files: library.images}
    known |= {other.files: images for other, images in library.across.values()}
    photos = known[files]

    def make() -> tuple[Floats, ...]:
        with progress.task(f"looking at {title}", len(photos)) as advance:
            told = views(asked.front, photos, advance)
        return told.plain, told.mirrored

    return Views(*kept(asked.cache, asked.front, fingerprint(files, asked.preprocessing), make))


def _copies(asked: Run, progress: Progress) -> tuple[np.typing.NDArray[np.int64], Floats]:
    copies = draw_copies(len(asked.pool), asked.knobs.copies, asked.knobs.seed)

    def make() -> tuple[Floats, ...]:
        images = made(copies, asked.pool, asked.preprocessing, asked.workers)
        with progress.task("looking at worse copies", len(copies)) as advance:
            return (features(asked.front, images, len(copies), advance),)

    key = f"{fingerprint(asked.pool, asked.preprocessing)} {asked.knobs.copies} worse copies {asked.knobs.seed}"
    return np.array([copy.origin for copy in copies]), kept(asked.cache, asked.front, key, make)[0]


def _out_of_fold(asked: Run, seen: Seen, progress: Progress) -> Iterator[tuple[object, ...]]:
    rated = asked.library.rated
    folds = np.unique(rated.fold)
    with progress.task("folds", len(asked.seeds) * len(folds)) as advance:
        for number, (seed, fold) in enumerate((seed, fold) for seed in asked.seeds for fold in folds):
            head = _learn(asked, seen.lesson.of(rated.fold != fold), seed)
            held = np.flatnonzero(rated.fold == fold)
            told = head.rating(seen.lesson.rated.plain[held])
            names = (photo_name(rated.files[place]) for place in held)
            yield from ((name, seed, int(fold), f"{v:.6f}") for name, v in zip(names, told, strict=True))
            advance(number + 1)


def _across(
    sets: dict[str, tuple[Rated, np.typing.NDArray[np.uint8]]], seen: dict[str, Floats], seed: int, head: Head
) -> Iterator[tuple[object, ...]]:
    for name, (rated, _) in sets.items():
        told = head.rating(seen[name])
        yield from ((name, photo_name(file), seed, f"{v:.6f}") for file, v in zip(rated.files, told, strict=True))


def _learn(asked: Run, lesson: Lesson, seed: int) -> Head:
    return learn(lesson, asked.front.units, replace(asked.knobs, seed=seed))
