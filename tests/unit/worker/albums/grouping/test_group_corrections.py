"""Corrections of groups: merged, separated, in order, and levels that stay nested."""

import numpy as np
import pytest
from tests.unit.worker.albums.snapshots import ALBUM, snapshot

from critic_core.contracts.album import Thresholds
from critic_core.contracts.group_correction import CorrectionKind, GroupCorrection
from critic_worker.albums.grouping.group_corrections import apply_corrections
from critic_worker.albums.grouping.group_levels import Levels
from critic_worker.albums.selecting.selection import SelectionInput, select
from critic_worker.albums.table import album_table

IDS = ["a", "b", "c", "d", "e"]  # b and c: the same pixels
FOUND = Levels(exact=np.array([0, 1, 1, 2, 3]), near=np.array([0, 0, 0, 1, 2]), scene=np.array([0, 0, 0, 0, 1]))


def correction(kind: str, *photos: str, revision: int = 1) -> GroupCorrection:
    return GroupCorrection(id=f"correction-{revision}", kind=CorrectionKind(kind), photos=photos, revision=revision)


def partition(groups: np.ndarray) -> list[str]:
    """The groups as words of their photos."""
    return sorted("".join(np.array(IDS)[groups == group]) for group in set(groups.tolist()))


@pytest.mark.parametrize(
    ("corrections", "near", "scene"),
    [
        ((), ["abc", "d", "e"], ["abcd", "e"]),
        ((correction("merge", "a", "d"),), ["abcd", "e"], ["abcd", "e"]),
        ((correction("merge", "c", "e"),), ["abce", "d"], ["abcde"]),
        ((correction("separate", "a"),), ["a", "bc", "d", "e"], ["abcd", "e"]),
        ((correction("separate", "b"),), ["a", "bc", "d", "e"], ["abcd", "e"]),  # with its exact duplicate
        ((correction("separate", "a", "d"),), ["ad", "bc", "e"], ["abcd", "e"]),
        ((correction("separate", "a", "e"),), ["ae", "bc", "d"], ["abcde"]),  # across scenes
        ((correction("separate", "a"), correction("merge", "a", "e")), ["ae", "bc", "d"], ["abcde"]),
        ((correction("merge", "a", "e"), correction("separate", "a")), ["a", "bce", "d"], ["abcde"]),
        ((correction("merge", "gone", "e"),), ["abc", "d", "e"], ["abcd", "e"]),
        ((correction("separate", "gone"),), ["abc", "d", "e"], ["abcd", "e"]),
    ],
)
def test_corrections(corrections: tuple[GroupCorrection, ...], near: list[str], scene: list[str]) -> None:
    levels = apply_corrections(FOUND, IDS, corrections)
    assert partition(levels.exact) == ["a", "bc", "d", "e"]
    assert (partition(levels.near), partition(levels.scene)) == (near, scene)


def test_numbers_have_no_gaps() -> None:
    """The selection counts moments by the largest number."""
    levels = apply_corrections(FOUND, IDS, (correction("merge", "a", "d"), correction("separate", "e")))
    assert sorted(set(levels.near.tolist())) == [0, 1]
    none = np.zeros(5, bool)
    photos = SelectionInput(np.arange(5.0), levels.near, levels.scene, np.full(5, -1), np.zeros(5), none, none)
    assert len(select(photos, 1.0, None, 60).best) == 2


def test_the_album_is_grouped_by_its_corrections() -> None:
    album = snapshot(ALBUM.features, corrections=(correction("separate", "a"), correction("merge", "a", "c")))
    table = album_table(album, Thresholds())
    assert table.ids == ["a", "b", "c"]
    assert table.levels.near.tolist() in ([0, 1, 0], [1, 0, 1])


def test_an_album_without_photos() -> None:
    assert (
        len(apply_corrections(Levels(*(np.array([], np.int64),) * 3), [], (correction("merge", "a", "b"),)).near) == 0
    )
