"""The selection as JSON: verdicts, reasons and groups of every photo."""

import json

from tests.unit.worker.albums.snapshots import ALBUM, START, snapshot

from critic_core.contracts.album import Decision, Flag, SelectionPage, SelectionQuery, Thresholds, Verdict
from critic_core.stores.albums import Snapshot
from critic_worker.albums.selection import SelectionStatus
from critic_worker.albums.selection_rows import VERDICTS, render_selection
from critic_worker.albums.table import album_table


def select(album: Snapshot, keep: float = 1) -> SelectionPage:
    query = SelectionQuery(keep=keep, thresholds=Thresholds())
    section = render_selection(album_table(album, query.thresholds), query)
    photos = [json.loads(row) for row in section.rows]
    return SelectionPage.model_validate(json.loads(section.head) | {"photos": photos})


def test_the_best_is_selected_and_the_rest_has_reasons() -> None:
    page = select(ALBUM)
    assert [(photo.id, photo.rank, photo.verdict) for photo in page.photos] == [
        ("b", 1, Verdict.keep),
        ("a", 2, Verdict.reject),
        ("c", 3, Verdict.maybe),
    ]
    assert [photo.reasons[0].code for photo in page.photos] == ["among_the_best", "near_duplicate_weaker", "next_best"]
    assert (page.requested, page.keep, page.maybe, page.reject) == (1, 1, 1, 1)
    assert [photo.near for photo in page.photos] == ["a", "a", None]


def test_no_reason_is_repeated() -> None:
    weaker = select(ALBUM).photos[1]
    codes = [reason.code for reason in weaker.reasons]
    assert len(codes) == len(set(codes))


def test_the_photographers_decisions_override() -> None:
    decisions = {"b": Decision(flag=Flag.reject, at=START), "c": Decision(flag=Flag.pick, at=START)}
    page = select(snapshot(ALBUM.features, decisions))
    by_id = {photo.id: photo for photo in page.photos}
    assert (by_id["b"].reasons[0].code, by_id["c"].reasons[0].code) == ("rejected_by_you", "picked_by_you")
    assert (by_id["b"].verdict, by_id["c"].verdict) == (Verdict.reject, Verdict.keep)
    assert by_id["b"].decision == decisions["b"]


def test_every_status_has_a_verdict() -> None:
    assert set(VERDICTS) == set(SelectionStatus)
