"""Of the forms that were measured the right one is taken, or none."""

from pathlib import Path

import pytest

from critic_training.export.difference import Difference, Limits
from critic_training.export.form import FLOAT32, Form
from critic_training.export.graph import Storage
from critic_training.export.measure import Measured, choose, reference, table

LIMITS = Limits(megabytes=40, probability=0.03, points=0.5, order=0.005)


def form(
    storage: str, megabytes: float, milliseconds: float, differs: float = 0.0, order: float = 0.0, points: float = 0.0
) -> Measured:
    times = {1: milliseconds / 8, 8: milliseconds, 32: 4 * milliseconds}
    made = FLOAT32 if storage == "float32" else Form(Storage(storage), Storage.float16, rank=512)
    return Measured(made, Path(storage), megabytes, times, Difference(differs, 0.0, order, points))


def test_the_smallest_allowed_form_however_busy_the_machine_was() -> None:
    measured = [form("float32", 228, 10), form("float16", 30, 20), form("int4", 20, 21), form("int8", 10, 30)]
    assert choose(measured, LIMITS).form.storage is Storage.int8
    assert reference(measured).form == FLOAT32


@pytest.mark.parametrize("wrong", [{"differs": 0.1}, {"order": 0.1}, {"points": 0.6}, {"differs": float("nan")}])
def test_a_form_that_answers_differently_is_not_taken(wrong: dict[str, float]) -> None:
    measured = [form("int8", 10, 5, **wrong), form("float16", 30, 20)]
    assert choose(measured, LIMITS).form.storage is Storage.float16


def test_none_is_allowed() -> None:
    with pytest.raises(ValueError, match="no form"):
        choose([form("float32", 228, 10)], LIMITS)


def test_the_table_has_a_row_a_form() -> None:
    assert table([form("float32", 228, 10), form("int8", 10, 5)]).row_count == 2
