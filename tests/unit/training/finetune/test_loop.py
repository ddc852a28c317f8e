"""The loop learns, stops, resumes exactly, and refuses what cannot work."""

import copy
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

from critic_training.data.photo_sets import Inputs
from critic_training.finetune.batch import Batch
from critic_training.finetune.curves import read_curves
from critic_training.finetune.evaluator import RatedJudge, ratings
from critic_training.finetune.loop import DivergedError, Job, fit
from critic_training.finetune.photo_source import Facts, PhotoSource
from critic_training.networks.network import Network
from critic_training.runs.checkpoint import BEST_FILE, RESUME_FILE, read
from critic_training.runs.configuration import Configuration, Precision


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(value, other[name]) for name, value in one.items())


def test_learns_what_the_ratings_say(
    tiny: Network, knobs: Configuration, source: PhotoSource, judge: RatedJudge, tmp_path: Path
) -> None:
    course = fit(Job(tiny, knobs, source, tmp_path, judge))
    told = ratings(course.judged.network, source.photos, np.arange(40))
    assert course.best > 0.9
    assert told[:10].max() < 0 < told[-10:].min()
    rows = read_curves(tmp_path / "curves.csv")
    assert [int(row["iteration"]) for row in rows] == [10, 20, 30, 40]
    assert float(rows[-1]["train_loss"]) < float(rows[0]["train_loss"])
    assert read(tmp_path / BEST_FILE)["configuration"] == knobs.to_dict()


class _CutOff(PhotoSource):
    """Breaks where a run is killed."""

    def batches(self, first: int):  # type: ignore[no-untyped-def]
        yield from islice(super().batches(first), 23 - first)
        raise KeyboardInterrupt


def test_an_interrupted_run_ends_as_an_uninterrupted_one(
    tiny: Network, knobs: Configuration, source: PhotoSource, judge: RatedJudge, tmp_path: Path
) -> None:
    whole = fit(Job(copy.deepcopy(tiny), knobs, source, tmp_path / "whole", judge))
    cut = _CutOff(source.photos, source.facts, knobs, knobs.batch)
    with pytest.raises(KeyboardInterrupt):
        fit(Job(copy.deepcopy(tiny), knobs, cut, tmp_path / "cut", judge))
    assert read(tmp_path / "cut" / RESUME_FILE)["iteration"] == 20
    resumed = fit(Job(copy.deepcopy(tiny), knobs, source, tmp_path / "cut", judge))
    assert same(whole.student.state_dict(), resumed.student.state_dict())
    assert same(read(tmp_path / "whole" / BEST_FILE)["network"], read(tmp_path / "cut" / BEST_FILE)["network"])
    timeless = [
        [{k: v for k, v in row.items() if k != "seconds"} for row in read_curves(tmp_path / run / "curves.csv")]
        for run in ("whole", "cut")
    ]
    assert timeless[0] == timeless[1]


def test_a_finished_run_is_not_trained_again(
    tiny: Network, knobs: Configuration, source: PhotoSource, tmp_path: Path
) -> None:
    done = fit(Job(copy.deepcopy(tiny), knobs, source, tmp_path))
    again = fit(Job(copy.deepcopy(tiny), knobs, source, tmp_path))
    assert same(done.student.state_dict(), again.student.state_dict())


def test_a_folder_of_a_run_with_other_knobs_is_refused(
    tiny: Network, knobs: Configuration, source: PhotoSource, tmp_path: Path
) -> None:
    fit(Job(tiny, knobs, source, tmp_path))
    with pytest.raises(ValueError, match="other knobs"):
        fit(Job(tiny, knobs.changed(rate=0.1), source, tmp_path))


def test_stops_early_and_keeps_the_best_weights(
    tiny: Network, knobs: Configuration, source: PhotoSource, photos: Inputs, facts: Facts, tmp_path: Path
) -> None:
    figures = iter([0.1, 0.5, 0.4, 0.3, 0.9])
    kept = []

    def judged(student: object) -> dict[str, float]:
        kept.append(copy.deepcopy(course_of(student)))
        return {"spearman": next(figures)}

    def course_of(student: object) -> dict[str, torch.Tensor]:
        assert isinstance(student, torch.nn.Module)
        return {name.removeprefix("network."): value for name, value in student.state_dict().items()}

    course = fit(Job(tiny, knobs.changed(patience=2), source, tmp_path, judged))
    assert (course.iteration, course.best_iteration) == (40, 20)
    assert same(read(tmp_path / BEST_FILE)["network"], kept[1])


def test_new_layers_learn_ten_times_faster(
    tiny: Network, knobs: Configuration, source: PhotoSource, tmp_path: Path
) -> None:
    course = fit(Job(tiny, knobs.changed(iterations=1), source, tmp_path))
    names = {id(parameter): name for name, parameter in course.student.named_parameters()}
    rates = {names[id(p)]: group["lr"] for group in course.optimiser.param_groups for p in group["params"]}
    assert rates["network.outputs.weight"] == pytest.approx(10 * rates["network.convolution.weight"])
    assert "network.embedding.weight" not in rates


def test_frozen_parameters_and_statistics_do_not_move(
    tiny: Network, knobs: Configuration, source: PhotoSource, tmp_path: Path
) -> None:
    before = copy.deepcopy(tiny.state_dict())
    fit(Job(tiny, knobs.changed(frozen=("convolution.",)), source, tmp_path))
    moved = {name for name, value in tiny.state_dict().items() if not torch.equal(value, before[name])}
    assert moved == {"norm.weight", "norm.bias", "outputs.weight", "outputs.bias"}


def test_statistics_move_where_asked(tiny: Network, knobs: Configuration, source: PhotoSource, tmp_path: Path) -> None:
    before = tiny.norm.running_mean.clone()
    fit(Job(tiny, knobs.changed(frozen_statistics=False, iterations=2), source, tmp_path))
    assert not torch.equal(tiny.norm.running_mean, before)


def test_a_diverging_run_says_so(tiny: Network, knobs: Configuration, source: PhotoSource, tmp_path: Path) -> None:
    with pytest.raises(DivergedError, match="smaller rate"):
        fit(Job(tiny, knobs.changed(rate=1e30, momentum=0.99), source, tmp_path))


def test_learns_in_mixed_precision(
    tiny: Network, knobs: Configuration, source: PhotoSource, judge: RatedJudge, tmp_path: Path
) -> None:
    course = fit(Job(tiny, knobs.changed(precision=Precision.bfloat16), source, tmp_path, judge))
    assert course.best > 0.9
    assert all(parameter.dtype == torch.float32 for parameter in course.student.parameters())


def test_float16_is_for_gpus(tiny: Network, knobs: Configuration, source: PhotoSource, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="bfloat16 or float32"):
        fit(Job(tiny, knobs.changed(precision=Precision.float16), source, tmp_path))


def test_ranks_photos_above_their_degraded_copies_without_any_rating(
    tiny: Network, knobs: Configuration, photos: Inputs, facts: Facts, tmp_path: Path
) -> None:
    asked = knobs.changed(cross_entropy=0, ranking=0, degraded=1.0, degraded_share=1.0)
    unrated = Facts(*(np.full(40, np.nan, np.float32) for _ in range(2)), facts.category, facts.teacher_rating)
    source = PhotoSource(photos, unrated, asked, asked.batch, degrade=lambda photo, random: photo // 2)
    course = fit(Job(tiny, asked, source, tmp_path))
    numbers = np.arange(40)
    sharp, dark = (ratings(course.student.network, images, numbers) for images in (photos, photos // 2))
    assert (dark < sharp).mean() > 0.95


def test_workers_give_the_batches_of_one_process(source: PhotoSource, knobs: Configuration) -> None:
    several = PhotoSource(source.photos, source.facts, knobs.changed(workers=2), knobs.batch)

    def told(batches: list[Batch]) -> list[list[float]]:
        return [batch.image.float().mean((1, 2, 3)).tolist() for batch in batches]

    assert told(list(islice(several.batches(3), 4))) == told(list(islice(source.batches(3), 4)))
