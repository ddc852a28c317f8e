"""The benchmark times real photographs and real steps."""

from pathlib import Path

import pytest
import torch

from critic_training.bench.pipeline import rates
from critic_training.bench.steps import step
from critic_training.runs.configuration import Precision

PHOTO = Path(__file__).parents[4] / "tests" / "data" / "rocket.jpg"


def test_the_whole_pipeline_is_slower_than_its_parts() -> None:
    threads = torch.get_num_threads()
    speed = {rate.stage: rate.photos_per_second for rate in rates((PHOTO,) * 4, batch=2)}
    whole = speed["read, decode, prepare and augment"]
    assert 0 < whole < min(speed["read"], speed["decode and prepare"], speed["augment"])
    assert torch.get_num_threads() == threads


def test_a_step_of_the_real_loop_is_timed() -> None:
    timed = step("efficientnet-lite0", Precision.float32, 4, torch.device("cpu"), steps=1)
    assert 1 < timed.milliseconds < 60_000  # a step of four photos is neither free nor a minute
    assert timed.photos_per_second == pytest.approx(4000 / timed.milliseconds)
