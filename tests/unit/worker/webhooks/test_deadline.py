import pytest
from tests.support.clock import Clock

from critic_worker.webhooks.deadline import Deadline


def test_the_remaining_time_shrinks_to_a_timeout() -> None:
    clock = Clock()
    deadline = Deadline(5, clock)
    clock.now += 4
    assert deadline.remaining() == pytest.approx(1)
    clock.now += 1
    with pytest.raises(TimeoutError):
        deadline.remaining()
