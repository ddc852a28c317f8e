"""How many workers the rule wants, and when."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from infra.compose.autoscale.rule import Decision, Look, Rule, decide

RULE = Rule()


def seen(*told: tuple[float, int, float | None]) -> Decision:
    """The decision after looks of (second, workers that run, photos of the backlog)."""
    return decide(RULE, [Look(*one) for one in told])


@pytest.mark.parametrize(
    ("running", "backlog", "wanted"),
    [
        (1, 0, 1),
        (1, 99, 1),
        (1, 109, 1),  # within the tolerance
        (1, 111, 2),
        (2, 450, 5),
        (1, 10_000, 5),  # not more than four at once
        (8, 10_000, 16),  # not more than twice as many
        (16, 10_000, 20),  # and never more than there may be
        (20, 10_000, 20),
    ],
)
def test_it_grows_at_once_with_what_waits(running: int, backlog: float, wanted: int) -> None:
    assert seen((0, running, backlog)).workers == wanted


def test_growth_is_counted_over_fifteen_seconds_and_not_from_look_to_look() -> None:
    assert seen((0, 1, 900), (5, 5, 900)).workers == 5
    assert seen((0, 1, 900), (5, 5, 900), (16, 5, 900)).workers == 9


def test_it_shrinks_only_when_nothing_asked_for_more_in_five_minutes() -> None:
    assert seen((0, 4, 400), (299, 4, 0)).workers == 4
    assert seen((0, 4, 400), (301, 4, 0)).workers == 3


def test_it_shrinks_by_one_each_half_minute() -> None:
    quiet = [(0.0, 4, 0.0), (301.0, 4, 0.0)]
    assert seen(*quiet).workers == 3
    assert seen(*quiet, (310, 3, 0)).workers == 3
    assert seen(*quiet, (332, 3, 0)).workers == 2


def test_it_shrinks_to_what_was_asked_for_lately_and_no_further() -> None:
    assert seen((0, 6, 0), (200, 6, 460), (450, 6, 0)).workers == 5


def test_a_wave_finds_the_workers_of_the_one_before() -> None:
    assert seen((0, 4, 390), (100, 4, 0), (200, 4, 380)).workers == 4


def test_what_is_unknown_is_neither_zero_nor_a_reason_to_grow() -> None:
    decision = seen((0, 3, 290), (400, 3, None))
    assert decision == Decision(3, "the backlog is unknown, so what runs stays")
    assert seen((0, 3, None), (200, 3, 0)).workers == 3, "what it did not see, it cannot say that nobody asked for"


def test_who_comes_to_too_few_or_too_many_puts_that_right() -> None:
    assert seen((0, 0, 0)).workers == RULE.fewest
    assert seen((0, 0, 300)).workers == 3
    assert seen((0, 25, 0)).workers == RULE.most


looks = st.lists(
    st.tuples(st.floats(0, 60), st.integers(0, 30), st.none() | st.floats(0, 5000)), min_size=1, max_size=12
)


@given(looks)
def test_whatever_it_sees_it_moves_towards_what_is_asked_for_and_within_its_bounds(
    told: list[tuple[float, int, float | None]],
) -> None:
    at, history = 0.0, []
    for pause, running, backlog in told:
        at += pause
        history.append(Look(at, running, backlog))
    now, wanted = history[-1], decide(RULE, history).workers
    if now.backlog is None:
        assert wanted == now.running
    elif wanted > now.running:
        assert wanted <= RULE.most
        assert now.running < RULE.fewest or now.backlog > RULE.photos_per_worker * now.running
    elif wanted < now.running:
        assert wanted >= RULE.fewest
        assert now.backlog < RULE.photos_per_worker * now.running or now.running > RULE.most
