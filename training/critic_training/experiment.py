"""Fit and judge: the baseline, the teacher and the network on the same folds, and the model that is shipped."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rich.console import Console

from critic_core.contracts.manifest import Metric
from critic_training.assemble import Compact, compact
from critic_training.baseline import baseline, pooled
from critic_training.calibrate import Platt, calibrate, calibration_error
from critic_training.corpus import Corpus
from critic_training.dataset import Floats
from critic_training.distil import Head, distil
from critic_training.embedding import learn_projection
from critic_training.evaluate import metrics, sides
from critic_training.features import Views
from critic_training.folds import Asked, out_of_fold
from critic_training.knobs import Knobs
from critic_training.pooling import learn_pooling
from critic_training.teacher import Teacher, standard, teach

OUT_OF_FOLD = "oasis, out of fold"
ACROSS = "oasis → vessel, never trained on it"


@dataclass(frozen=True)
class Result:
    """The shipped parts, their calibration, and the figures: of the network, and of baseline and teacher beside it."""

    parts: Compact
    platt: Platt
    metrics: tuple[Metric, ...]
    beside: dict[str, tuple[Metric, ...]]


def experiment(corpus: Corpus, knobs: Knobs, console: Console) -> Result:
    """Everything between pool5 and the compact model. Vessel is only ever answered about."""
    console.print("baseline: pooled pool5 and a support vector regressor")
    beside = {"baseline": _baseline(corpus, knobs)}
    console.print("fc6: learning to pool")
    pooling = learn_pooling(corpus.maps["pool"].plain, knobs)
    views = {name: maps.map(pooling.pooled) for name, maps in corpus.maps.items()}
    scale = standard(views["pool"].plain)
    views = {name: Views(scale(view.plain), scale(view.mirrored)) for name, view in views.items()}
    folds, teacher_folds = _judged_by_folds(corpus, views, knobs, console)
    console.print("fc7, fc8: the shipped model, from all folds")
    head, taught = _fit(corpus, views, np.ones(len(corpus.oasis.score), bool), knobs)
    vessel = views["vessel"].plain
    beside["teacher"] = _metrics(corpus, teacher_folds, taught(vessel), knobs)
    split = sides(corpus.oasis, knobs.good_share)
    platt = calibrate(folds, split)
    error = calibration_error(platt.probability(folds), split)
    told = _metrics(corpus, folds, head.rating(vessel), knobs)
    told += (Metric(name="expected calibration error", dataset=OUT_OF_FOLD, value=round(error, 4)),)
    projection = learn_projection(views["pool"].plain, knobs.embedding_size)
    return Result(compact(pooling, scale, head, platt, projection), platt, told, beside)


def _fit(corpus: Corpus, views: dict[str, Views], chosen: npt.NDArray[np.bool_], knobs: Knobs) -> tuple[Head, Teacher]:
    rated = views["oasis"].take(chosen)
    teacher = teach(rated, corpus.oasis.score[chosen], knobs)
    photos = np.concatenate([views["pool"].both(), rated.both()])
    return distil(teacher, photos, knobs), teacher


def _judged_by_folds(corpus: Corpus, views: dict[str, Views], knobs: Knobs, console: Console) -> tuple[Floats, Floats]:
    """Out-of-fold ratings of the network and of its teachers."""
    taught = np.zeros(len(corpus.oasis.score), np.float32)

    def fit(chosen: npt.NDArray[np.bool_]) -> Asked:
        console.print(f"fc7, fc8: learning from {chosen.sum()} photos, judged on {(~chosen).sum()}")
        head, teacher = _fit(corpus, views, chosen, knobs)
        taught[~chosen] = teacher(views["oasis"].plain[~chosen])
        return lambda asked: head.rating(views["oasis"].plain[asked])

    return out_of_fold(corpus.oasis, fit), taught


def _baseline(corpus: Corpus, knobs: Knobs) -> tuple[Metric, ...]:
    oasis, vessel = (pooled(corpus.maps[name].plain) for name in ("oasis", "vessel"))

    def fit(chosen: npt.NDArray[np.bool_]) -> Asked:
        machine = baseline().fit(oasis[chosen], corpus.oasis.score[chosen])
        return lambda asked: machine.predict(oasis[asked])

    everything = baseline().fit(oasis, corpus.oasis.score)
    return _metrics(corpus, out_of_fold(corpus.oasis, fit), everything.predict(vessel), knobs)


def _metrics(corpus: Corpus, oasis: Floats, vessel: Floats, knobs: Knobs) -> tuple[Metric, ...]:
    across = metrics(vessel, corpus.vessel, ACROSS, knobs, overall=False)
    return metrics(oasis, corpus.oasis, OUT_OF_FOLD, knobs) + across
