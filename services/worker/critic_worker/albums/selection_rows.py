"""What to keep of an album as it is told: each photo with its verdict and why, best first."""

import json
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from critic_core.contracts.album import Flag, GroupLevel, Proposal, SelectionQuestion, Verdict
from critic_core.contracts.critique import Reason
from critic_core.stores.album_results import Part
from critic_worker.albums.group_rows import of_level
from critic_worker.albums.linkage import together
from critic_worker.albums.selection import Album, Choice, Fate, choose
from critic_worker.albums.sequences import ALONE
from critic_worker.albums.table import Table


def _told(verdict: Verdict, code: str, sentence: str) -> tuple[Verdict, Reason]:
    return verdict, Reason(code=code, sentence=sentence, favourable=verdict is not Verdict.reject)


FATES: Mapping[Fate, tuple[Verdict, Reason]] = MappingProxyType(
    {
        Fate.kept: _told(Verdict.keep, "among_the_best", "It is among the best of the album."),
        Fate.spare: _told(Verdict.maybe, "next_best", "It would be kept if twice as many were."),
        Fate.weaker: _told(Verdict.reject, "near_duplicate_weaker", "A photo that is nearly the same is better."),
        Fate.scene_full: _told(Verdict.reject, "enough_of_scene", "Enough better photos of this scene are kept."),
        Fate.chapter_full: _told(
            Verdict.reject, "enough_of_chapter", "Enough better photos of this part of the shoot are kept."
        ),
        Fate.outranked: _told(Verdict.reject, "outranked", "Enough other photos rank higher."),
        Fate.picked: _told(Verdict.keep, "picked_by_you", "You picked it."),
        Fate.dropped: _told(Verdict.reject, "rejected_by_you", "You rejected it."),
    }
)
"""The verdict on a photo, and the first of its reasons."""


def told_selection(photos: Table, question: SelectionQuestion) -> Part:
    """Every photo that is done, as JSON (`SelectionPage`)."""
    choice = choose(_album(photos), question.keep, question.per_scene, question.thresholds.scene_seconds)
    ranked = np.lexsort((np.arange(len(photos)), -photos.quality)).tolist()
    groups = {level: _ids(photos, level) for level in (GroupLevel.near, GroupLevel.scene, GroupLevel.sequence)}
    rows = [_proposal(number, rank, photos, choice, groups) for rank, number in enumerate(ranked, start=1)]
    counts = Counter(row.verdict for row in rows)
    head = {"revision": photos.revision, "asked": choice.asked, "per_scene": choice.per_scene}
    head |= {verdict.value: counts[verdict] for verdict in Verdict}
    return Part(json.dumps(head), [row.model_dump_json(exclude_none=True) for row in rows])


def _album(photos: Table) -> Album:
    flags = [decision.flag if decision else None for decision in photos.decisions]
    return Album(
        quality=photos.quality,
        near=photos.levels.near,
        scene=photos.levels.scene,
        sequence=photos.sequence,
        taken=photos.taken,
        picked=np.array([flag is Flag.pick for flag in flags], bool),
        dropped=np.array([flag is Flag.reject for flag in flags], bool),
    )


def _ids(photos: Table, level: GroupLevel) -> dict[int, str]:
    """The id of the group of each photo that is in one."""
    members = together(of_level(photos, level))
    return {number: photos.ids[group[0]] for group in members for number in group.tolist()}


def _proposal(
    number: int, rank: int, photos: Table, choice: Choice, groups: Mapping[GroupLevel, Mapping[int, str]]
) -> Proposal:
    verdict, reason = FATES[Fate(choice.fate[number])]
    marks, sequence = photos.marks[number], int(photos.sequence[number])
    others = tuple(other for other in photos.reasons[number] if other.code != reason.code)
    return Proposal(
        id=photos.ids[number],
        file_name=photos.names[number],
        sha256=photos.sha256[number],
        verdict=verdict,
        rank=rank,
        quality=round(float(photos.quality[number]), 2),
        score=marks.score,
        percentile=marks.percentile,
        taken_at=marks.capture.taken_at if marks.capture else None,
        reasons=(reason, *others),
        decision=photos.decisions[number],
        near=groups[GroupLevel.near].get(number),
        scene=groups[GroupLevel.scene].get(number),
        sequence=groups[GroupLevel.sequence].get(number),
        kind=photos.kinds[sequence] if sequence != ALONE else None,
    )
