"""The selection as JSON: every photo with its verdict and reasons, best first."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import numpy as np

from critic_core.contracts.album import Flag, GroupLevel, Proposal, SelectionQuery, Verdict
from critic_core.contracts.critique import Reason
from critic_core.stores.album_results import ResultSection
from critic_worker.albums.complete_linkage import group_members
from critic_worker.albums.group_rows import groups_of_level
from critic_worker.albums.selection import Selection, SelectionInput, SelectionStatus, select
from critic_worker.albums.sequences import NO_SEQUENCE
from critic_worker.albums.table import AlbumTable


def _verdict(verdict: Verdict, code: str, sentence: str) -> tuple[Verdict, Reason]:
    return verdict, Reason(code=code, sentence=sentence, favourable=verdict is not Verdict.reject)


VERDICTS: Mapping[SelectionStatus, tuple[Verdict, Reason]] = MappingProxyType(
    {
        SelectionStatus.selected: _verdict(Verdict.keep, "among_the_best", "It is among the best of the album."),
        SelectionStatus.runner_up: _verdict(Verdict.maybe, "next_best", "It would be kept if twice as many were."),
        SelectionStatus.weaker: _verdict(
            Verdict.reject, "near_duplicate_weaker", "A photo that is nearly the same is better."
        ),
        SelectionStatus.scene_full: _verdict(
            Verdict.reject, "enough_of_scene", "Enough better photos of this scene are kept."
        ),
        SelectionStatus.chapter_full: _verdict(
            Verdict.reject, "enough_of_chapter", "Enough better photos of this part of the shoot are kept."
        ),
        SelectionStatus.outranked: _verdict(Verdict.reject, "outranked", "Enough other photos rank higher."),
        SelectionStatus.picked: _verdict(Verdict.keep, "picked_by_you", "You picked it."),
        SelectionStatus.rejected: _verdict(Verdict.reject, "rejected_by_you", "You rejected it."),
    }
)
"""The verdict on a photo, and the first of its reasons."""


def render_selection(table: AlbumTable, query: SelectionQuery) -> ResultSection:
    """Every finished photo, as JSON (`SelectionPage`)."""
    selection = select(_input(table), query.keep, query.per_scene, query.thresholds.scene_seconds)
    ranked = np.lexsort((np.arange(len(table)), -table.quality)).tolist()
    groups = {level: _group_ids(table, level) for level in (GroupLevel.near, GroupLevel.scene, GroupLevel.sequence)}
    rows = [_proposal(photo, rank, table, selection, groups) for rank, photo in enumerate(ranked, start=1)]
    rows = list(_with_keeper_percent(rows))
    counts = Counter(row.verdict for row in rows)
    head = {"revision": table.revision, "requested": selection.requested, "per_scene": selection.per_scene}
    head |= {verdict.value: counts[verdict] for verdict in Verdict}
    return ResultSection(json.dumps(head), [row.model_dump_json(exclude_none=True) for row in rows])


def _with_keeper_percent(rows: list[Proposal]) -> Iterator[Proposal]:
    """Rows, best first, each keeper with the share of the keepers that are no better."""
    keepers = sum(row.verdict is Verdict.keep for row in rows)
    remaining = keepers
    for row in rows:
        if row.verdict is Verdict.keep:
            yield row.model_copy(update={"keeper_percent": round(100 * remaining / keepers, 2)})
            remaining -= 1
        else:
            yield row


def _input(table: AlbumTable) -> SelectionInput:
    flags = [decision.flag if decision else None for decision in table.decisions]
    return SelectionInput(
        quality=table.quality,
        near=table.levels.near,
        scene=table.levels.scene,
        sequence=table.sequence,
        taken=table.taken,
        picked=np.array([flag is Flag.pick for flag in flags], bool),
        rejected=np.array([flag is Flag.reject for flag in flags], bool),
    )


def _group_ids(table: AlbumTable, level: GroupLevel) -> dict[int, str]:
    """The id of each photo's group; single photos have none."""
    groups = group_members(groups_of_level(table, level))
    return {photo: table.ids[group[0]] for group in groups for photo in group.tolist()}


def _proposal(
    photo: int, rank: int, table: AlbumTable, selection: Selection, groups: Mapping[GroupLevel, Mapping[int, str]]
) -> Proposal:
    verdict, reason = VERDICTS[SelectionStatus(selection.status[photo])]
    features, sequence = table.features[photo], int(table.sequence[photo])
    group_reasons = tuple(group_reason for group_reason in table.reasons[photo] if group_reason.code != reason.code)
    return Proposal(
        id=table.ids[photo],
        file_name=table.name(photo),
        path=table.paths[photo],
        sha256=table.sha256[photo],
        verdict=verdict,
        rank=rank,
        quality=round(float(table.quality[photo]), 2),
        score=features.score,
        percentile=features.percentile,
        taken_at=features.capture.taken_at if features.capture else None,
        reasons=(reason, *group_reasons),
        decision=table.decisions[photo],
        rating=features.capture.rating if features.capture else None,
        near=groups[GroupLevel.near].get(photo),
        scene=groups[GroupLevel.scene].get(photo),
        sequence=groups[GroupLevel.sequence].get(photo),
        kind=table.kinds[sequence] if sequence != NO_SEQUENCE else None,
    )
