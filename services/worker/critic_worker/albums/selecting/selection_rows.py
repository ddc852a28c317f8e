"""The selection as JSON: every photo with its verdict and reasons, best first."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from critic_core.contracts.album import Flag, GroupLevel, KeepersAtRisk, Proposal, SelectionQuery, Verdict
from critic_core.stores.album_results import ResultSection
from critic_worker.albums.group_rows import groups_of_level
from critic_worker.albums.grouping.complete_linkage import group_members
from critic_worker.albums.grouping.sequences import NO_SEQUENCE
from critic_worker.albums.selecting.keepers_at_risk import keepers_at_risk
from critic_worker.albums.selecting.selection import Selection, SelectionInput, SelectionStatus, select
from critic_worker.albums.selecting.verdict_reasons import VERDICTS, VerdictReasons
from critic_worker.albums.table import AlbumTable
from critic_worker.arrays import BoolArray

_Groups = Mapping[str, Mapping[int, str]]


def render_selection(table: AlbumTable, query: SelectionQuery) -> ResultSection:
    """Every finished photo, as JSON (`SelectionPage`)."""
    photos = _input(table)
    selection = select(photos, query.keep, query.per_scene, query.thresholds.scene_seconds)
    ranked = np.lexsort((np.arange(len(table)), -table.quality)).tolist()
    groups, reasons = _groups(table, selection), VerdictReasons(table, selection)
    rows = [_proposal(photo, rank, table, reasons, groups) for rank, photo in enumerate(ranked, start=1)]
    rows = list(_with_keeper_percent(rows))
    counts = Counter(row.verdict for row in rows)
    head: dict[str, Any] = {"revision": table.revision, "requested": selection.requested}
    head |= {"per_scene": selection.per_scene, **{verdict.value: counts[verdict] for verdict in Verdict}}
    head |= _progress(photos, selection) | ({"taste": table.taste_version} if table.taste_version else {})
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


def _progress(photos: SelectionInput, selection: Selection) -> dict[str, Any]:
    """The decided pictures, and the risk in the proposal for the undecided ones that it may keep."""
    pictures = len(selection.best)
    picked = np.bincount(selection.moment, photos.picked, pictures) > 0
    undecided = np.bincount(selection.moment, ~photos.picked & ~photos.rejected, pictures) > 0
    counts = {"pictures": pictures, "decided": int((picked | ~undecided).sum()), "picked": int(picked.sum())}
    risk = _risk(photos, selection, ~picked & undecided & ~photos.rejected[selection.best])
    return counts | ({"at_risk": risk.model_dump()} if risk else {})


def _risk(photos: SelectionInput, selection: Selection, is_open: BoolArray) -> KeepersAtRisk | None:
    best = selection.best[is_open]
    return keepers_at_risk(photos.quality[best], selection.status[best] == SelectionStatus.selected)


def _groups(table: AlbumTable, selection: Selection) -> _Groups:
    """The ids of each photo's groups by field of the proposal; single photos have none."""
    numbers = {level.value: groups_of_level(table, level) for level in GroupLevel if level is not GroupLevel.exact}
    members = {name: group_members(number) for name, number in (numbers | {"moment": selection.moment}).items()}
    return {
        name: {photo: table.ids[min(group)] for group in groups for photo in group.tolist()}
        for name, groups in members.items()
    }


def _proposal(photo: int, rank: int, table: AlbumTable, reasons: VerdictReasons, groups: _Groups) -> Proposal:
    features, sequence = table.features[photo], int(table.sequence[photo])
    return Proposal(
        id=table.ids[photo],
        file_name=table.name(photo),
        path=table.paths[photo],
        sha256=table.sha256[photo],
        verdict=VERDICTS[reasons.status(photo)].verdict,
        rank=rank,
        quality=round(float(table.quality[photo]), 2),
        score=features.score,
        percentile=features.percentile,
        taken_at=features.capture.taken_at if features.capture else None,
        reasons=reasons.of(photo),
        decision=table.decisions[photo],
        rating=features.capture.rating if features.capture else None,
        kind=table.kinds[sequence] if sequence != NO_SEQUENCE else None,
        **{name: ids.get(photo) for name, ids in groups.items()},
    )
