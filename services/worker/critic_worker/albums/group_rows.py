"""Groups of one level as they are told: the largest first, the best photo of each on top."""

import json

from critic_core.contracts.album import Group, GroupLevel, Member, Thresholds
from critic_core.stores.album_results import Part
from critic_worker.albums.linkage import Numbers, together
from critic_worker.albums.table import Table


def told_groups(photos: Table, level: GroupLevel, limits: Thresholds) -> Part:
    """All groups of at least two photos, as JSON (`GroupsPage`)."""
    groups = [_group(members, photos, level) for members in together(of_level(photos, level))]
    groups.sort(key=lambda group: (-len(group.photos), group.id))
    head = {
        "revision": photos.revision,
        "level": level.value,
        "thresholds": limits.model_dump(mode="json"),
        "total": len(groups),
    }
    return Part(json.dumps(head), [group.model_dump_json(exclude_none=True) for group in groups])


def of_level(photos: Table, level: GroupLevel) -> Numbers:
    """The number of each photo's group, `[N]`; −1 for those in no sequence."""
    levels = photos.levels
    return {
        GroupLevel.exact: levels.exact,
        GroupLevel.near: levels.near,
        GroupLevel.scene: levels.scene,
        GroupLevel.sequence: photos.sequence,
    }[level]


def _group(members: Numbers, photos: Table, level: GroupLevel) -> Group:
    best_first = sorted(members.tolist(), key=lambda number: (-photos.quality[number], number))
    sequence = level is GroupLevel.sequence
    shown = sorted(members.tolist(), key=lambda number: (photos.taken[number], number)) if sequence else best_first
    return Group(
        id=photos.ids[members[0]],
        level=level,
        kind=photos.kinds[photos.sequence[members[0]]] if sequence else None,
        best=photos.ids[best_first[0]],
        photos=tuple(_member(number, photos, level) for number in shown),
    )


def _member(number: int, photos: Table, level: GroupLevel) -> Member:
    """Reasons compare near duplicates; of a scene they would say nothing, and make its page long."""
    return Member(
        id=photos.ids[number],
        file_name=photos.names[number],
        quality=round(float(photos.quality[number]), 2),
        score=photos.marks[number].score,
        reasons=photos.reasons[number] if level is GroupLevel.near else (),
    )
