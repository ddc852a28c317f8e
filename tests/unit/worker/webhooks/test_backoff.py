import pytest

from critic_worker.webhooks.backoff import delay_seconds


def test_delays_grow_to_the_longest() -> None:
    delays = [delay_seconds(attempts, 5, 21_600, uniform=lambda: 0.5) for attempts in range(1, 9)]
    assert delays == [5, 30, 180, 1080, 6480, 21_600, 21_600, 21_600]


@pytest.mark.parametrize(("uniform", "seconds"), [(0.0, 24), (1.0, 36)])
def test_delays_are_spread(uniform: float, seconds: float) -> None:
    assert delay_seconds(2, 5, 1000, uniform=lambda: uniform) == pytest.approx(seconds)


@pytest.mark.parametrize(("retry_after", "seconds"), [(None, 30), (1, 30), (100, 100), (1e9, 1000)])
def test_retry_after_counts_up_to_the_longest_delay(retry_after: float | None, seconds: float) -> None:
    assert delay_seconds(2, 5, 1000, retry_after, uniform=lambda: 0.5) == seconds
