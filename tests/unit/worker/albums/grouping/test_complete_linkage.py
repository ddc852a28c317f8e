"""All members of a group are similar to each other, in any order of the photos; gradual change makes no chain."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from critic_core.contracts.errors import TooManyPairs
from critic_worker.albums.grouping import complete_linkage as linkage
from critic_worker.albums.grouping.complete_linkage import Pairs, complete_linkage
from critic_worker.arrays import Int64Array

Positions = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def pairs_of(positions: Positions, threshold: float) -> Pairs:
    """Points on a line."""
    first, second = np.triu_indices(len(positions), 1)
    distance = np.abs(positions[first] - positions[second]) / threshold
    near = distance <= 1
    return Pairs(first[near], second[near], distance[near].astype(np.float32))


def sets(group: Int64Array, positions: Positions) -> set[frozenset[float]]:
    return {frozenset(positions[group == number]) for number in np.unique(group)}


def test_groups_are_numbered_by_their_first_photo() -> None:
    group = complete_linkage(6, pairs_of(np.array([5.0, 0.0, 5.1, 9.0, 0.2, 0.1]), 1.0))
    assert group.tolist() == [0, 1, 0, 2, 1, 1]


def test_nothing_is_near() -> None:
    assert complete_linkage(3, pairs_of(np.array([0.0, 5.0, 10.0]), 1.0)).tolist() == [0, 1, 2]
    assert complete_linkage(0, pairs_of(np.array([]), 1.0)).tolist() == []


def test_gradual_change_makes_no_chain() -> None:
    positions = np.linspace(0, 100, 1001)  # all neighbours are near
    group = complete_linkage(len(positions), pairs_of(positions, 1.0))
    spans = [np.ptp(positions[group == number]) for number in np.unique(group)]
    assert max(spans) <= 1.0 + 1e-9
    assert len(spans) <= 250  # and they are no single photos


@settings(deadline=None)  # of a busy machine
@given(arrays(np.float64, st.integers(1, 40), elements=st.integers(0, 10_000).map(float), unique=True), st.randoms())
def test_all_members_are_similar_and_the_order_does_not_matter(positions: Positions, random: object) -> None:
    # Differences of roots are hardly ever equal: ties are up to the caller.
    positions = np.sqrt(positions + 2) * 1.6180339887
    group = complete_linkage(len(positions), pairs_of(positions, 1.0))
    assert all(np.ptp(positions[group == number]) <= 1.0 for number in np.unique(group))
    order = np.array(random.sample(range(len(positions)), len(positions)))  # type: ignore[attr-defined]
    again = complete_linkage(len(positions), pairs_of(positions[order], 1.0))
    assert sets(group, positions) == sets(again, positions[order])


@pytest.mark.parametrize("count", [2, 3, 30])
def test_a_clique_stays_whole(count: int) -> None:
    assert set(complete_linkage(count, pairs_of(np.linspace(0, 0.9, count), 1.0))) == {0}


def test_a_chain_of_similar_photos_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    chain = Pairs(np.arange(4), np.arange(1, 5), np.full(4, 0.5, np.float32))
    monkeypatch.setattr(linkage, "MAX_LINKED", 5)
    assert len(complete_linkage(5, chain)) == 5
    monkeypatch.setattr(linkage, "MAX_LINKED", 4)
    with pytest.raises(TooManyPairs):
        complete_linkage(5, chain)
