import pytest

from critic_worker.webhooks.backoff import delay_seconds


def test_delays_grow_to_the_longest() -> None:
    told = [delay_seconds(tries, 5, 21_600, chance=lambda: 0.5) for tries in range(1, 9)]
    assert told == [5, 30, 180, 1080, 6480, 21_600, 21_600, 21_600]


@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 24), (1.0, 36)])
def test_delays_are_spread(chance: float, seconds: float) -> None:
    assert delay_seconds(2, 5, 1000, chance=lambda: chance) == pytest.approx(seconds)


@pytest.mark.parametrize(("asked", "seconds"), [(None, 30), (1, 30), (100, 100), (1e9, 1000)])
def test_a_receiver_may_ask_for_more_time_within_reason(asked: float | None, seconds: float) -> None:
    assert delay_seconds(2, 5, 1000, asked, chance=lambda: 0.5) == seconds
