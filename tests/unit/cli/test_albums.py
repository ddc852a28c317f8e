"""The client of albums against a scripted server: what it sends, what it insists on, and where it goes on."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.support.scripted_server import Answer, Asked, ScriptedServer, problem_answer
from tests.unit.core.exports.given import proposal

from critic_cli.client import Client
from critic_core.contracts.album import Album, AlbumPage, Choice, Counts, Decisions, Flag, SelectionPage
from critic_core.contracts.errors import AlbumAnswerLate, AlbumNotFound, Overloaded
from critic_core.contracts.identity import new_photo_id
from critic_core.contracts.photo import UploadReceipt

NOW = datetime.now(UTC)
ALBUM = Album(
    id=new_photo_id(), created_at=NOW, expires_at=NOW + timedelta(days=1),
    counts=Counts(photos=2, waiting=1, done=1, failed=0),
)  # fmt: skip


def page(told: AlbumPage | SelectionPage | Album | Decisions | UploadReceipt) -> Answer:
    return Answer(200, told.model_dump_json().encode())


def selected(cursor: str | None, *ranks: int) -> SelectionPage:
    photos = tuple(proposal(rank) for rank in ranks)
    return SelectionPage(revision=1, asked=1, per_scene=2, keep=1, maybe=0, reject=0, photos=photos, next_cursor=cursor)


@pytest.fixture
def critic(server: ScriptedServer) -> Client:
    return Client(server.url, patience=5)


def test_all_pages_are_read_one_after_the_other(server: ScriptedServer, critic: Client) -> None:
    answers = [page(selected("next", 1, 2)), page(selected(None, 3))]
    server.answer = lambda _: answers.pop(0)
    assert [photo.rank for photo in critic.albums.selection(ALBUM.id, keep=60, per_scene=3)] == [2, 3, 4]
    first, second = (asked.path for asked in server.asked)
    assert "keep=60" in first
    assert "per_scene=3" in first
    assert "cursor" not in first
    assert "cursor=next" in second


def test_an_answer_that_is_late_is_asked_for_again(server: ScriptedServer, critic: Client) -> None:
    answers = [problem_answer(AlbumAnswerLate(), Retry_After="0"), page(selected(None, 1))]
    server.answer = lambda _: answers.pop(0)
    assert len(list(critic.albums.selection(ALBUM.id, keep=1))) == 1


def test_photos_are_sent_again_whole_when_the_server_is_busy(
    server: ScriptedServer, critic: Client, tmp_path: Path
) -> None:
    (tmp_path / "a.jpg").write_bytes(b"pixels of a")
    answers = [problem_answer(Overloaded(), Retry_After="0"), page(UploadReceipt(photos=()))]
    server.answer = lambda _: answers.pop(0)
    assert critic.albums.add(ALBUM.id, [tmp_path / "a.jpg"]) == []
    assert [b"pixels of a" in asked.body for asked in server.asked] == [True, True]


def test_undo_is_never_sent_twice(server: ScriptedServer, critic: Client) -> None:
    server.answer = lambda _: problem_answer(Overloaded(), Retry_After="0")
    with pytest.raises(Overloaded):
        critic.albums.undo(ALBUM.id, "photo")
    assert len(server.asked) == 1


def test_a_decision_is_told_as_it_is(server: ScriptedServer, critic: Client) -> None:
    server.answer = lambda _: page(Decisions())
    critic.albums.decide(ALBUM.id, "photo", Choice(flag=Flag.pick))
    assert (server.asked[0].method, json.loads(server.asked[0].body)) == ("PUT", {"flag": "pick"})


def test_following_goes_on_where_the_connection_broke(server: ScriptedServer, critic: Client) -> None:
    def event(number: int, waiting: int) -> bytes:
        counts = {"photos": 2, "waiting": waiting, "done": 2 - waiting, "failed": 0}
        return f"id: {number}-0\r\nevent: photo_done\r\ndata: {json.dumps({'counts': counts})}\r\n\r\n".encode()

    streams = [event(1, 2) + event(2, 1), event(3, 0)]

    def answer(asked: Asked) -> Answer:
        if asked.path.endswith("/events"):
            return Answer(200, streams.pop(0), {"Content-Type": "text/event-stream"})
        return page(AlbumPage(album=ALBUM, photos=()))

    server.answer = answer
    assert critic.albums.wait(ALBUM.id).done == 2
    asked = [asked for asked in server.asked if asked.path.endswith("/events")]
    assert [each.headers.get("last-event-id") for each in asked] == [None, "2-0"]


def test_an_export_that_fails_leaves_no_file(server: ScriptedServer, critic: Client, tmp_path: Path) -> None:
    server.answer = lambda _: problem_answer(AlbumNotFound())
    with pytest.raises(AlbumNotFound):
        critic.albums.export(ALBUM.id, tmp_path / "a.csv", {"format": "csv"})
    assert list(tmp_path.iterdir()) == []
