"""Far more than the stack can carry: some are refused at once, and nobody who was let in is forgotten."""

from collections.abc import Iterator

import pytest
from tests.load.becoming import OK, REFUSED, Outcome
from tests.load.overload import FLOOD, WARM_UP_SECONDS, Loaded, flood, local, replay
from tests.load.replay import percentile

MAX_WAIT_SECONDS, SECONDS = 2.0, 8.0


@pytest.fixture(scope="module")
def loaded() -> Iterator[Loaded]:
    """A stack where photos may wait for two seconds."""
    with local(MAX_WAIT_SECONDS) as stack:
        yield stack


@pytest.fixture(scope="module")
def overload(loaded: Loaded) -> Outcome:
    """What became of it, once the stack was warm."""
    replay(loaded, FLOOD, WARM_UP_SECONDS)
    return flood(loaded, SECONDS)


def test_what_does_not_fit_is_refused_with_429_and_nothing_else(overload: Outcome) -> None:
    assert set(overload.statuses) <= {*OK, REFUSED}, overload.statuses
    assert overload.photos(REFUSED) > overload.photos() / 3


def test_every_accepted_photo_is_answered_once(overload: Outcome) -> None:
    assert len(overload.accepted) == overload.photos(*OK) > 50
    assert (overload.lost(), overload.answered_twice(), overload.unheard()) == (set(), set(), set())


def test_a_refusal_is_told_at_once(overload: Outcome) -> None:
    assert percentile(overload.refused_ms(), 0.5) < 50
    assert percentile(overload.refused_inside_ms(), 0.99) < 50


def test_who_was_let_in_waits_no_longer_than_promised(overload: Outcome) -> None:
    assert percentile(overload.critique_seconds(), 0.99) < 2 * MAX_WAIT_SECONDS
