"""Groups as JSON: the largest first, the best photo of each on top."""

import json

from tests.unit.worker.albums.snapshots import ALBUM, FAR, photo, snapshot

from critic_core.contracts.album import GroupLevel, GroupsPage, Thresholds
from critic_core.stores.album_results import ResultSection
from critic_worker.albums.group_rows import render_groups
from critic_worker.albums.table import album_table


def page(section: ResultSection) -> GroupsPage:
    groups = [json.loads(row) for row in section.rows]
    return GroupsPage.model_validate(json.loads(section.head) | {"groups": groups})


def test_near_duplicates_are_one_group_with_reasons() -> None:
    thresholds = Thresholds()
    near = page(render_groups(album_table(ALBUM, thresholds), GroupLevel.near, thresholds))
    (group,) = near.groups
    assert (near.revision, near.total, near.thresholds) == (7, 1, thresholds)
    assert (group.id, group.best, [member.id for member in group.photos]) == ("a", "b", ["b", "a"])
    assert (group.photos[0].file_name, group.photos[0].score) == ("b.jpg", 70)
    assert all(member.reasons for member in group.photos)


def test_scenes_have_no_reasons() -> None:
    table = album_table(ALBUM, Thresholds())
    (scene,) = page(render_groups(table, GroupLevel.scene, Thresholds())).groups
    assert [member.reasons for member in scene.photos] == [(), ()]


def test_single_photos_are_in_no_group() -> None:
    table = album_table(ALBUM, Thresholds())
    for level in (GroupLevel.exact, GroupLevel.sequence):
        assert page(render_groups(table, level, Thresholds())).total == 0


def test_the_largest_group_is_first() -> None:
    pair = {name: photo(50 + number, [0, 1], FAR, 100) for number, name in enumerate("ab")}
    triple = {name: photo(50 + number, [1, 0]) for number, name in enumerate("cde")}
    table = album_table(snapshot(pair | triple), Thresholds())
    groups = page(render_groups(table, GroupLevel.near, Thresholds())).groups
    assert [group.id for group in groups] == ["c", "a"]
