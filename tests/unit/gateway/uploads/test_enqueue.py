"""How many photos a task brings."""

import pytest

from critic_gateway.uploads.enqueue import photos_a_task


@pytest.mark.parametrize(("waiting", "expected"), [(0, 1), (1, 1), (63, 1), (64, 2), (127, 3), (128, 4), (2000, 4)])
def test_several_only_when_very_many_wait(waiting: int, expected: int) -> None:
    assert photos_a_task(waiting, most=4) == expected


def test_one_when_one_is_the_most() -> None:
    assert photos_a_task(2000, most=1) == 1
