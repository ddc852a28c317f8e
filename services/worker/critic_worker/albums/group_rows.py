"""The groups of one level as JSON: the largest first, the best photo of each on top."""

import json

from critic_core.contracts.album import Group, GroupLevel, Member, Thresholds
from critic_core.stores.album_results import ResultSection
from critic_worker.albums.grouping.complete_linkage import group_members
from critic_worker.albums.table import AlbumTable
from critic_worker.arrays import Int64Array


def render_groups(table: AlbumTable, level: GroupLevel, thresholds: Thresholds) -> ResultSection:
    """All groups of at least two photos, as JSON (`GroupsPage`)."""
    groups = [_group(members, table, level) for members in group_members(groups_of_level(table, level))]
    groups.sort(key=lambda group: (-len(group.photos), group.id))
    head = {
        "revision": table.revision,
        "level": level.value,
        "thresholds": thresholds.model_dump(mode="json"),
        "total": len(groups),
    } | ({"taste": table.taste_version} if table.taste_version else {})
    return ResultSection(json.dumps(head), [group.model_dump_json(exclude_none=True) for group in groups])


def groups_of_level(table: AlbumTable, level: GroupLevel) -> Int64Array:
    """The group of each photo, `[N]`; −1 for photos in no sequence."""
    return {
        GroupLevel.exact: table.levels.exact,
        GroupLevel.near: table.levels.near,
        GroupLevel.scene: table.levels.scene,
        GroupLevel.sequence: table.sequence,
    }[level]


def _group(members: Int64Array, table: AlbumTable, level: GroupLevel) -> Group:
    best_first = sorted(members.tolist(), key=lambda photo: (-table.quality[photo], photo))
    is_sequence = level is GroupLevel.sequence
    in_time = sorted(members.tolist(), key=lambda photo: (table.taken[photo], table.order[photo], photo))
    return Group(
        id=table.ids[members[0]],
        level=level,
        kind=table.kinds[table.sequence[members[0]]] if is_sequence else None,
        best=table.ids[best_first[0]],
        photos=tuple(_member(photo, table, level) for photo in (in_time if is_sequence else best_first)),
    )


def _member(photo: int, table: AlbumTable, level: GroupLevel) -> Member:
    """Reasons compare near duplicates; on other levels they would mean nothing and lengthen the page."""
    return Member(
        id=table.ids[photo],
        file_name=table.name(photo),
        quality=round(float(table.quality[photo]), 2),
        score=table.features[photo].score,
        reasons=table.reasons[photo] if level is GroupLevel.near else (),
    )
