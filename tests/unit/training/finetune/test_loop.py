"""The loop learns, stops early, resumes exactly, and rejects configurations that cannot work."""

import copy
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

from critic_training.data.photo_sets import Inputs
from critic_training.finetune.batch import Batch
from critic_training.finetune.curves import read_curves
from critic_training.finetune.evaluator import RatingEvaluator, predict_ratings
from critic_training.finetune.loop import DivergedError, TrainingJob, fit
from critic_training.finetune.photo_source import Annotations, PhotoSource
from critic_training.networks.network import Network
from critic_training.runs.checkpoint import BEST_FILE, RESUME_FILE, read
from critic_training.runs.configuration import Configuration, Precision


def same(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(value, second[name]) for name, value in first.items())


def test_learns_the_order_of_the_ratings(
    tiny: Network, config: Configuration, source: PhotoSource, evaluator: RatingEvaluator, tmp_path: Path
) -> None:
    state = fit(TrainingJob(tiny, config, source, tmp_path, evaluator))
    predicted = predict_ratings(state.validated.network, source.photos, np.arange(40))
    assert state.best_metric > 0.9
    assert predicted[:10].max() < 0 < predicted[-10:].min()
    rows = read_curves(tmp_path / "curves.csv")
    assert [int(row["iteration"]) for row in rows] == [10, 20, 30, 40]
    assert float(rows[-1]["train_loss"]) < float(rows[0]["train_loss"])
    assert read(tmp_path / BEST_FILE)["configuration"] == config.to_dict()


class _CutOff(PhotoSource):
    """Raises in the middle of a run, as a kill would."""

    def batches(self, first: int):  # type: ignore[no-untyped-def]
        yield from islice(super().batches(first), 23 - first)
        raise KeyboardInterrupt


def test_an_interrupted_run_ends_with_the_weights_of_an_uninterrupted_one(
    tiny: Network, config: Configuration, source: PhotoSource, evaluator: RatingEvaluator, tmp_path: Path
) -> None:
    whole = fit(TrainingJob(copy.deepcopy(tiny), config, source, tmp_path / "whole", evaluator))
    cut = _CutOff(source.photos, source.annotations, config, config.batch_size)
    with pytest.raises(KeyboardInterrupt):
        fit(TrainingJob(copy.deepcopy(tiny), config, cut, tmp_path / "cut", evaluator))
    assert read(tmp_path / "cut" / RESUME_FILE)["global_step"] == 20
    resumed = fit(TrainingJob(copy.deepcopy(tiny), config, source, tmp_path / "cut", evaluator))
    assert same(whole.student.state_dict(), resumed.student.state_dict())
    assert same(read(tmp_path / "whole" / BEST_FILE)["network"], read(tmp_path / "cut" / BEST_FILE)["network"])
    timeless = [
        [{k: v for k, v in row.items() if k != "seconds"} for row in read_curves(tmp_path / run / "curves.csv")]
        for run in ("whole", "cut")
    ]
    assert timeless[0] == timeless[1]


def test_a_finished_run_is_not_trained_again(
    tiny: Network, config: Configuration, source: PhotoSource, tmp_path: Path
) -> None:
    done = fit(TrainingJob(copy.deepcopy(tiny), config, source, tmp_path))
    again = fit(TrainingJob(copy.deepcopy(tiny), config, source, tmp_path))
    assert same(done.student.state_dict(), again.student.state_dict())


def test_a_folder_of_a_run_with_other_hyperparameters_is_rejected(
    tiny: Network, config: Configuration, source: PhotoSource, tmp_path: Path
) -> None:
    fit(TrainingJob(tiny, config, source, tmp_path))
    with pytest.raises(ValueError, match="other hyperparameters"):
        fit(TrainingJob(tiny, config.replace(learning_rate=0.1), source, tmp_path))


def test_stops_early_and_keeps_the_best_weights(
    tiny: Network, config: Configuration, source: PhotoSource, photos: Inputs, annotations: Annotations, tmp_path: Path
) -> None:
    figures = iter([0.1, 0.5, 0.4, 0.3, 0.9])
    validated = []

    def evaluate(student: object) -> dict[str, float]:
        validated.append(copy.deepcopy(weights_of(student)))
        return {"spearman": next(figures)}

    def weights_of(student: object) -> dict[str, torch.Tensor]:
        assert isinstance(student, torch.nn.Module)
        return {name.removeprefix("network."): value for name, value in student.state_dict().items()}

    state = fit(TrainingJob(tiny, config.replace(early_stopping_rounds=2), source, tmp_path, evaluate))
    assert (state.global_step, state.best_step) == (40, 20)
    assert same(read(tmp_path / BEST_FILE)["network"], validated[1])


def test_new_layers_learn_ten_times_faster(
    tiny: Network, config: Configuration, source: PhotoSource, tmp_path: Path
) -> None:
    state = fit(TrainingJob(tiny, config.replace(iterations=1), source, tmp_path))
    names = {id(parameter): name for name, parameter in state.student.named_parameters()}
    rates = {names[id(p)]: group["lr"] for group in state.optimiser.param_groups for p in group["params"]}
    assert rates["network.outputs.weight"] == pytest.approx(10 * rates["network.convolution.weight"])
    assert "network.embedding.weight" not in rates


def test_frozen_parameters_and_statistics_do_not_move(
    tiny: Network, config: Configuration, source: PhotoSource, tmp_path: Path
) -> None:
    before = copy.deepcopy(tiny.state_dict())
    fit(TrainingJob(tiny, config.replace(frozen=("convolution.",)), source, tmp_path))
    moved = {name for name, value in tiny.state_dict().items() if not torch.equal(value, before[name])}
    assert moved == {"norm.weight", "norm.bias", "outputs.weight", "outputs.bias"}


def test_statistics_move_unless_frozen(
    tiny: Network, config: Configuration, source: PhotoSource, tmp_path: Path
) -> None:
    before = tiny.norm.running_mean.clone()
    fit(TrainingJob(tiny, config.replace(frozen_statistics=False, iterations=2), source, tmp_path))
    assert not torch.equal(tiny.norm.running_mean, before)


def test_a_diverging_run_raises(tiny: Network, config: Configuration, source: PhotoSource, tmp_path: Path) -> None:
    with pytest.raises(DivergedError, match="smaller learning rate"):
        fit(TrainingJob(tiny, config.replace(learning_rate=1e30, momentum=0.99), source, tmp_path))


def test_learns_in_mixed_precision(
    tiny: Network, config: Configuration, source: PhotoSource, evaluator: RatingEvaluator, tmp_path: Path
) -> None:
    state = fit(TrainingJob(tiny, config.replace(precision=Precision.bfloat16), source, tmp_path, evaluator))
    assert state.best_metric > 0.9
    assert all(parameter.dtype == torch.float32 for parameter in state.student.parameters())


def test_float16_is_for_gpus(tiny: Network, config: Configuration, source: PhotoSource, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="bfloat16 or float32"):
        fit(TrainingJob(tiny, config.replace(precision=Precision.float16), source, tmp_path))


def test_ranks_photos_above_their_degraded_copies_without_ratings(
    tiny: Network, config: Configuration, photos: Inputs, annotations: Annotations, tmp_path: Path
) -> None:
    config = config.replace(cross_entropy=0, ranking=0, degraded=1.0, degraded_share=1.0)
    unrated = Annotations(
        *(np.full(40, np.nan, np.float32) for _ in range(2)), annotations.category, annotations.teacher_rating
    )
    source = PhotoSource(photos, unrated, config, config.batch_size, degrade=lambda photo, random: photo // 2)
    state = fit(TrainingJob(tiny, config, source, tmp_path))
    numbers = np.arange(40)
    sharp, dark = (predict_ratings(state.student.network, images, numbers) for images in (photos, photos // 2))
    assert (dark < sharp).mean() > 0.95


def test_workers_give_the_batches_of_one_process(source: PhotoSource, config: Configuration) -> None:
    several = PhotoSource(source.photos, source.annotations, config.replace(workers=2), config.batch_size)

    def means(batches: list[Batch]) -> list[list[float]]:
        return [batch.image.float().mean((1, 2, 3)).tolist() for batch in batches]

    assert means(list(islice(several.batches(3), 4))) == means(list(islice(source.batches(3), 4)))
