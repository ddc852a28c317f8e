"""The best of each moment, few of a scene, some of each chapter; and one more photo changes one."""

import numpy as np
import pytest

from critic_worker.albums.grouping.sequences import NO_SEQUENCE
from critic_worker.albums.selecting.selection import Selection, SelectionInput, SelectionStatus, select

PAUSE = 1800.0


def album(quality: list[float] | np.ndarray, **columns: object) -> SelectionInput:
    """Photos without groups, times and decisions, except for these columns."""
    count = len(quality)
    fields: dict[str, object] = {
        "near": np.arange(count),
        "scene": np.arange(count),
        "sequence": np.full(count, NO_SEQUENCE),
        "taken": np.full(count, np.nan),
        "picked": np.zeros(count, bool),
        "rejected": np.zeros(count, bool),
    }
    fields |= {name: np.asarray(value) for name, value in columns.items()}
    return SelectionInput(np.asarray(quality, float), **fields)  # type: ignore[arg-type]  # arrays of the fields' types


def run(photos: SelectionInput, keep: float, per_scene: int | None = None) -> Selection:
    return select(photos, keep, per_scene, PAUSE)


def selected(selection: Selection) -> list[int]:
    return [
        int(number)
        for number in np.flatnonzero(np.isin(selection.status, (SelectionStatus.selected, SelectionStatus.picked)))
    ]


def flags(count: int, *true: int) -> list[bool]:
    return [number in true for number in range(count)]


def test_the_best_are_selected_and_the_next_best_are_runners_up() -> None:
    selection = run(album([10, 50, 30, 40, 20, 5]), 2)
    assert selected(selection) == [1, 3]
    assert list(np.flatnonzero(selection.status == SelectionStatus.runner_up)) == [2, 4]
    assert list(np.flatnonzero(selection.status == SelectionStatus.outranked)) == [0, 5]


@pytest.mark.parametrize(("keep", "count"), [(0.1, 1), (0.25, 3), (0.99, 10), (1, 1), (7, 7), (100, 10)])
def test_a_number_or_a_share(keep: float, count: int) -> None:
    assert len(selected(run(album(range(10)), keep))) == count


def test_nothing_to_choose_from() -> None:
    assert len(run(album([]), 10).status) == 0


def test_one_of_near_duplicates() -> None:
    selection = run(album([10, 50, 45, 20], near=[0, 1, 1, 2], scene=[0, 1, 1, 2]), 3)
    assert selected(selection) == [0, 1, 3]
    assert selection.status[2] == SelectionStatus.weaker


def test_few_of_a_scene_and_the_rest_has_that_status() -> None:
    selection = run(album([90, 80, 70, 60, 10, 5], scene=[0, 0, 0, 0, 1, 2]), 3, per_scene=2)
    assert selected(selection) == [0, 1, 4]
    scene_full = run(album([90, 80, 70, 60, 50, 10, 5], scene=[0, 0, 0, 0, 0, 1, 2]), 3, per_scene=1)
    assert selected(scene_full) == [0, 5, 6]
    assert list(np.flatnonzero(scene_full.status == SelectionStatus.scene_full)) == [2, 3, 4]


def test_the_default_of_a_scene_is_as_many_as_it_takes() -> None:
    selection = run(album(range(9, -1, -1), scene=[0] * 8 + [1, 2]), 6)
    assert (len(selected(selection)), selection.per_scene) == (6, 4)


def test_a_long_party_leaves_room_for_a_short_ceremony() -> None:
    taken = [float(second) for second in range(90)] + [90 + 2 * PAUSE + second for second in range(10)]
    selection = run(album([50.0] * 90 + [1.0] * 10, taken=taken), 50)
    assert len(selected(selection)) == 50
    party = run(album([1.0] * 90 + [50.0] * 10, taken=taken), 10)
    assert len([number for number in selected(party) if number >= 90]) == 2  # at most twice its share
    assert list(np.flatnonzero(party.status == SelectionStatus.chapter_full)) != []


def test_a_sequence_stays_whole() -> None:
    near, sequence = [0, 0, 0, 1, 2], [7, 7, 7, NO_SEQUENCE, NO_SEQUENCE]
    good = run(album([90, 10, 5, 50, 40], near=near, scene=near, sequence=sequence), 1)
    assert selected(good) == [0, 1, 2]
    bad = run(album([9, 10, 5, 50, 40], near=near, scene=near, sequence=sequence), 1)
    assert selected(bad) == [3]
    assert len(set(bad.status[:3])) == 1


def test_a_panorama_is_one_picture_though_its_frames_are_not_alike() -> None:
    selection = run(album([90, 80, 70, 60, 50], sequence=[0, 0, 0, NO_SEQUENCE, NO_SEQUENCE]), 2)
    assert selected(selection) == [0, 1, 2, 3]


def test_the_photographers_decisions_override() -> None:
    photos = album([90, 80, 70, 60], near=[0, 0, 1, 2], picked=flags(4, 1, 3), rejected=flags(4, 2))
    selection = run(photos, 2)
    assert selected(selection) == [1, 3]
    assert list(selection.status) == [
        SelectionStatus.unchosen,
        SelectionStatus.picked,
        SelectionStatus.rejected,
        SelectionStatus.picked,
    ]


def test_another_moment_replaces_a_rejected_one() -> None:
    photos = album([90, 80, 70], near=[0, 0, 1], scene=[0, 0, 1], rejected=flags(3, 0, 1))
    assert selected(run(photos, 1)) == [2]


def test_more_picks_than_requested_are_all_selected() -> None:
    assert selected(run(album([1, 2, 3, 4], picked=flags(4, 0, 1, 2)), 1)) == [0, 1, 2]


@pytest.mark.parametrize("seed", range(10))
def test_one_more_photo_changes_one_at_most(seed: int) -> None:
    random = np.random.default_rng(seed)
    count = 200
    quality, scene = random.uniform(0, 100, count + 1), random.integers(0, 40, count + 1)
    few = selected(run(album(quality[:count], scene=scene[:count]), 30, per_scene=2))
    more = selected(run(album(quality, scene=scene), 30, per_scene=2))
    assert len(set(few) - set(more)) <= 1
    assert len(set(more) - set(few) - {count}) == 0


@pytest.mark.parametrize("seed", range(5))
def test_the_choice_does_not_depend_on_the_order(seed: int) -> None:
    random = np.random.default_rng(seed)
    count = 120
    quality, near = random.permutation(count).astype(float), random.integers(0, 60, count)
    scene, taken = near // 3, random.uniform(0, 1e5, 60)[near]
    turned = random.permutation(count)
    plain = selected(run(album(quality, near=near, scene=scene, taken=taken), 15))
    mixed = selected(run(album(quality[turned], near=near[turned], scene=scene[turned], taken=taken[turned]), 15))
    assert sorted(turned[mixed]) == plain


def test_a_pick_settles_its_moment() -> None:
    photos = album([90, 80, 70, 60], near=[0, 0, 0, 1], scene=[0, 0, 0, 1], picked=flags(4, 2))
    assert list(run(photos, 2).status) == [
        SelectionStatus.unchosen,
        SelectionStatus.unchosen,
        SelectionStatus.picked,
        SelectionStatus.selected,
    ]


def test_nothing_below_a_rejected_best_photo_is_proposed() -> None:
    photos = album([90, 80, 70, 60], near=[0, 0, 0, 1], scene=[0, 0, 0, 1], rejected=flags(4, 0))
    selection = run(photos, 2)
    assert selected(selection) == [3]
    assert list(selection.status[1:3]) == [SelectionStatus.best_rejected] * 2


def test_a_rejected_weaker_photo_leaves_the_best_one_proposed() -> None:
    photos = album([90, 80], near=[0, 0], scene=[0, 0], rejected=flags(2, 1))
    assert list(run(photos, 1).status) == [SelectionStatus.selected, SelectionStatus.rejected]


def test_a_rejected_moment_is_never_refilled() -> None:
    photos = album([90, 80, 70, 60], near=[0, 0, 0, 1], scene=[0, 0, 0, 1], rejected=flags(4, 0, 1))
    assert run(photos, 4).status[2] == SelectionStatus.best_rejected
