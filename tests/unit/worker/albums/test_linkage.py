"""Groups hold photos that are alike each with each, whatever the order; gradual change makes no chain."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from critic_worker.albums.linkage import Numbers, Pairs, groups

Places = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def pairs_of(places: Places, threshold: float) -> Pairs:
    """Points on a line."""
    one, other = np.triu_indices(len(places), 1)
    distance = np.abs(places[one] - places[other]) / threshold
    near = distance <= 1
    return Pairs(one[near], other[near], distance[near].astype(np.float32))


def sets(group: Numbers, places: Places) -> set[frozenset[float]]:
    return {frozenset(places[group == number]) for number in np.unique(group)}


def test_what_is_near_is_one_group_and_groups_are_numbered_by_their_first_photo() -> None:
    told = groups(6, pairs_of(np.array([5.0, 0.0, 5.1, 9.0, 0.2, 0.1]), 1.0))
    assert told.tolist() == [0, 1, 0, 2, 1, 1]


def test_nothing_is_near() -> None:
    assert groups(3, pairs_of(np.array([0.0, 5.0, 10.0]), 1.0)).tolist() == [0, 1, 2]
    assert groups(0, pairs_of(np.array([]), 1.0)).tolist() == []


def test_gradual_change_makes_no_chain() -> None:
    places = np.linspace(0, 100, 1001)  # each is near the next
    told = groups(len(places), pairs_of(places, 1.0))
    spans = [np.ptp(places[told == number]) for number in np.unique(told)]
    assert max(spans) <= 1.0 + 1e-9
    assert len(spans) <= 250  # and it does not fall into single photos


@given(arrays(np.float64, st.integers(1, 40), elements=st.integers(0, 10_000).map(float), unique=True), st.randoms())
def test_members_are_alike_each_with_each_and_the_order_does_not_matter(places: Places, random: object) -> None:
    # Differences of roots are hardly ever equal: ties are the caller's.
    places = np.sqrt(places + 2) * 1.6180339887
    told = groups(len(places), pairs_of(places, 1.0))
    assert all(np.ptp(places[told == number]) <= 1.0 for number in np.unique(told))
    order = np.array(random.sample(range(len(places)), len(places)))  # type: ignore[attr-defined]
    again = groups(len(places), pairs_of(places[order], 1.0))
    assert sets(told, places) == sets(again, places[order])


@pytest.mark.parametrize("count", [2, 3, 30])
def test_a_clique_stays_whole(count: int) -> None:
    assert set(groups(count, pairs_of(np.linspace(0, 0.9, count), 1.0))) == {0}
