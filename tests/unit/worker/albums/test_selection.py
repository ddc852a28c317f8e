"""What is kept: the best of each moment, few of a scene, some of each chapter; and one more photo changes one."""

import numpy as np
import pytest

from critic_worker.albums.selection import Album, Choice, Fate, choose
from critic_worker.albums.sequences import ALONE

PAUSE = 1800.0


def album(quality: list[float] | np.ndarray, **told: object) -> Album:
    """Photos that have nothing to do with each other, unless told."""
    count = len(quality)
    fields: dict[str, object] = {
        "near": np.arange(count),
        "scene": np.arange(count),
        "sequence": np.full(count, ALONE),
        "taken": np.full(count, np.nan),
        "picked": np.zeros(count, bool),
        "dropped": np.zeros(count, bool),
    }
    fields |= {name: np.asarray(value) for name, value in told.items()}
    return Album(np.asarray(quality, float), **fields)  # type: ignore[arg-type]  # arrays of the types told


def chosen(photos: Album, keep: float, per_scene: int | None = None) -> Choice:
    return choose(photos, keep, per_scene, PAUSE)


def kept(choice: Choice) -> list[int]:
    return [int(number) for number in np.flatnonzero(np.isin(choice.fate, (Fate.kept, Fate.picked)))]


def flags(count: int, *true: int) -> list[bool]:
    return [number in true for number in range(count)]


def test_the_best_are_kept_and_the_next_best_are_spare() -> None:
    told = chosen(album([10, 50, 30, 40, 20, 5]), 2)
    assert kept(told) == [1, 3]
    assert list(np.flatnonzero(told.fate == Fate.spare)) == [2, 4]
    assert list(np.flatnonzero(told.fate == Fate.outranked)) == [0, 5]


@pytest.mark.parametrize(("keep", "count"), [(0.1, 1), (0.25, 3), (0.99, 10), (1, 1), (7, 7), (100, 10)])
def test_a_number_or_a_share(keep: float, count: int) -> None:
    assert len(kept(chosen(album(range(10)), keep))) == count


def test_nothing_to_choose_from() -> None:
    assert len(chosen(album([]), 10).fate) == 0


def test_one_of_near_duplicates() -> None:
    told = chosen(album([10, 50, 45, 20], near=[0, 1, 1, 2], scene=[0, 1, 1, 2]), 3)
    assert kept(told) == [0, 1, 3]
    assert told.fate[2] == Fate.weaker


def test_few_of_a_scene_and_the_rest_is_told_so() -> None:
    told = chosen(album([90, 80, 70, 60, 10, 5], scene=[0, 0, 0, 0, 1, 2]), 3, per_scene=2)
    assert kept(told) == [0, 1, 4]
    scene_full = chosen(album([90, 80, 70, 60, 50, 10, 5], scene=[0, 0, 0, 0, 0, 1, 2]), 3, per_scene=1)
    assert kept(scene_full) == [0, 5, 6]
    assert list(np.flatnonzero(scene_full.fate == Fate.scene_full)) == [2, 3, 4]


def test_as_many_of_a_scene_as_it_takes_when_nobody_said_how_many() -> None:
    told = chosen(album(range(9, -1, -1), scene=[0] * 8 + [1, 2]), 6)
    assert (len(kept(told)), told.per_scene) == (6, 4)


def test_a_long_party_leaves_room_for_a_short_ceremony() -> None:
    taken = [float(second) for second in range(90)] + [90 + 2 * PAUSE + second for second in range(10)]
    told = chosen(album([50.0] * 90 + [1.0] * 10, taken=taken), 50)
    assert len(kept(told)) == 50
    party = chosen(album([1.0] * 90 + [50.0] * 10, taken=taken), 10)
    assert len([number for number in kept(party) if number >= 90]) == 2  # at most twice its share
    assert list(np.flatnonzero(party.fate == Fate.chapter_full)) != []


def test_a_sequence_stays_whole() -> None:
    near, sequence = [0, 0, 0, 1, 2], [7, 7, 7, ALONE, ALONE]
    good = chosen(album([90, 10, 5, 50, 40], near=near, scene=near, sequence=sequence), 1)
    assert kept(good) == [0, 1, 2]
    bad = chosen(album([9, 10, 5, 50, 40], near=near, scene=near, sequence=sequence), 1)
    assert kept(bad) == [3]
    assert len(set(bad.fate[:3])) == 1


def test_a_panorama_is_one_picture_though_its_frames_are_not_alike() -> None:
    told = chosen(album([90, 80, 70, 60, 50], sequence=[0, 0, 0, ALONE, ALONE]), 2)
    assert kept(told) == [0, 1, 2, 3]


def test_the_photographers_own_decisions_go_first() -> None:
    photos = album([90, 80, 70, 60], near=[0, 0, 1, 2], picked=flags(4, 1, 3), dropped=flags(4, 2))
    told = chosen(photos, 2)
    assert kept(told) == [1, 3]
    assert list(told.fate) == [Fate.weaker, Fate.picked, Fate.dropped, Fate.picked]


def test_the_next_best_takes_the_place_of_one_that_was_rejected() -> None:
    photos = album([90, 80, 70], near=[0, 0, 1], scene=[0, 0, 1], dropped=flags(3, 0))
    assert kept(chosen(photos, 1)) == [1]


def test_more_picks_than_asked_for_are_all_kept() -> None:
    assert kept(chosen(album([1, 2, 3, 4], picked=flags(4, 0, 1, 2)), 1)) == [0, 1, 2]


@pytest.mark.parametrize("seed", range(10))
def test_one_more_photo_changes_one_at_most(seed: int) -> None:
    random = np.random.default_rng(seed)
    count = 200
    quality, scene = random.uniform(0, 100, count + 1), random.integers(0, 40, count + 1)
    few = kept(chosen(album(quality[:count], scene=scene[:count]), 30, per_scene=2))
    more = kept(chosen(album(quality, scene=scene), 30, per_scene=2))
    assert len(set(few) - set(more)) <= 1
    assert len(set(more) - set(few) - {count}) == 0


@pytest.mark.parametrize("seed", range(5))
def test_the_choice_does_not_depend_on_the_order(seed: int) -> None:
    random = np.random.default_rng(seed)
    count = 120
    quality, near = random.permutation(count).astype(float), random.integers(0, 60, count)
    scene, taken = near // 3, random.uniform(0, 1e5, 60)[near]
    turned = random.permutation(count)
    one = kept(chosen(album(quality, near=near, scene=scene, taken=taken), 15))
    other = kept(chosen(album(quality[turned], near=near[turned], scene=scene[turned], taken=taken[turned]), 15))
    assert sorted(turned[other]) == one
