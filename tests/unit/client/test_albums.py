"""The album calls against a scripted server: requests, retries, and resumed event streams."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from tests.support.scripted_server import Answer, Request, ScriptedServer, problem_answer
from tests.unit.client.conftest import Connect
from tests.unit.core.exports.export_input import proposal

from critic_client import AsyncAlbums, Client, NoServer
from critic_client.asynchronous.retrying_http import AsyncRetryingHttp
from critic_core.contracts.album import Album, AlbumPage, Choice, Counts, Decisions, Flag, SelectionPage
from critic_core.contracts.errors import (
    AlbumNotFound,
    AlbumResultPending,
    CriticError,
    InsightPending,
    Overloaded,
    QueueUnavailable,
)
from critic_core.contracts.identity import new_id
from critic_core.contracts.photo import UploadReceipt

NOW = datetime.now(UTC)
ALBUM = Album(
    id=new_id(), created_at=NOW, expires_at=NOW + timedelta(days=1),
    counts=Counts(photos=2, pending=1, done=1, failed=0),
)  # fmt: skip


def response(content: AlbumPage | SelectionPage | Album | Decisions | UploadReceipt) -> Answer:
    return Answer(200, content.model_dump_json().encode())


def selected(cursor: str | None, *ranks: int) -> SelectionPage:
    photos = tuple(proposal(rank) for rank in ranks)
    return SelectionPage(
        revision=1, requested=1, per_scene=2, keep=1, maybe=0, reject=0, photos=photos, next_cursor=cursor
    )


@pytest.fixture
def critic(server: ScriptedServer, connect: Connect) -> Iterator[Client]:
    with connect(server.url, timeout_seconds=5) as client:
        yield client


def test_all_pages_are_read(server: ScriptedServer, critic: Client) -> None:
    answers = [response(selected("next", 1, 2)), response(selected(None, 3))]
    server.answer = lambda _: answers.pop(0)
    assert [photo.rank for photo in critic.albums.selection(ALBUM.id, keep=60, per_scene=3)] == [2, 3, 4]
    first, second = (request.path for request in server.requests)
    assert "keep=60" in first
    assert "per_scene=3" in first
    assert "cursor" not in first
    assert "cursor=next" in second


def test_the_number_to_keep_is_stored_with_the_album(server: ScriptedServer, critic: Client) -> None:
    server.answer = lambda _: response(ALBUM.model_copy(update={"keep": 60}))
    assert critic.albums.set_keep(ALBUM.id, 60).keep == 60
    (request,) = server.requests
    assert (request.method, json.loads(request.body)) == ("PATCH", {"keep": 60})
    server.answer = lambda _: response(selected(None, 1))
    assert len(list(critic.albums.selection(ALBUM.id))) == 1
    assert "keep" not in server.requests[-1].path


@pytest.mark.parametrize("pending", [AlbumResultPending(), InsightPending()], ids=lambda pending: pending.code)
def test_a_pending_result_is_requested_again(server: ScriptedServer, critic: Client, pending: CriticError) -> None:
    answers = [problem_answer(pending, Retry_After="0")] * 4 + [response(selected(None, 1))]
    server.answer = lambda _: answers.pop(0)
    assert len(list(critic.albums.selection(ALBUM.id, keep=1))) == 1


def test_photos_are_uploaded_again_as_a_whole_to_an_overloaded_server(
    server: ScriptedServer, critic: Client, tmp_path: Path
) -> None:
    (tmp_path / "a.jpg").write_bytes(b"pixels of a")
    answers = [problem_answer(Overloaded(), Retry_After="0"), response(UploadReceipt(photos=()))]
    server.answer = lambda _: answers.pop(0)
    assert critic.albums.add(ALBUM.id, [tmp_path / "a.jpg"]) == []
    assert [b"pixels of a" in request.body for request in server.requests] == [True, True]
    assert len({request.headers["idempotency-key"] for request in server.requests}) == 1


CALLS: dict[str, Callable[[Client], object]] = {
    "create": lambda critic: critic.albums.create(),
    "decide": lambda critic: critic.albums.decide(ALBUM.id, "photo", Choice(flag=Flag.pick)),
    "undo": lambda critic: critic.albums.undo(ALBUM.id, "photo"),
}
"""Each call adds to what is stored."""


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(200, b"{", {"Content-Length": "9"}), NoServer),
        (problem_answer(QueueUnavailable(), Retry_After="0"), QueueUnavailable),
    ],
    ids=["lost response", "unavailable"],
)
def test_a_call_that_may_have_succeeded_is_not_repeated(
    server: ScriptedServer, critic: Client, call: Callable[[Client], object], answer: Answer, error: type[CriticError]
) -> None:
    server.answer = lambda _: answer
    with pytest.raises(error):
        call(critic)
    assert len(server.requests) == 1


def test_a_decision_that_an_overloaded_server_refused_is_sent_again(server: ScriptedServer, critic: Client) -> None:
    answers = [problem_answer(Overloaded(), Retry_After="0")] * 4 + [response(Decisions())]
    server.answer = lambda _: answers.pop(0)
    CALLS["decide"](critic)
    assert len({request.body for request in server.requests}) == 1
    assert len(server.requests) == 5


def test_a_decision_is_sent_without_its_defaults(server: ScriptedServer, critic: Client) -> None:
    server.answer = lambda _: response(Decisions())
    critic.albums.decide(ALBUM.id, "photo", Choice(flag=Flag.pick))
    assert (server.requests[0].method, json.loads(server.requests[0].body)) == ("PUT", {"flag": "pick"})


def test_a_broken_event_stream_resumes_after_the_last_event(server: ScriptedServer, critic: Client) -> None:
    def event(number: int, pending: int) -> bytes:
        counts = {"photos": 2, "pending": pending, "done": 2 - pending, "failed": 0}
        return f"id: {number}-0\r\nevent: photo_done\r\ndata: {json.dumps({'counts': counts})}\r\n\r\n".encode()

    streams = [event(1, 2) + b": ping\r\n\r\n" + event(2, 1), event(3, 0)]

    def answer(request: Request) -> Answer:
        if request.path.endswith("/events"):
            return Answer(200, streams.pop(0), {"Content-Type": "text/event-stream"})
        return response(AlbumPage(album=ALBUM, photos=()))

    server.answer = answer
    assert critic.albums.wait(ALBUM.id).done == 2
    requests = [request for request in server.requests if request.path.endswith("/events")]
    assert [request.headers.get("last-event-id") for request in requests] == [None, "2-0"]


class EventStream(httpx.AsyncByteStream):
    """One event, then silence."""

    closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        counts = {"photos": 2, "pending": 0, "done": 2, "failed": 0}
        yield f"id: 1-0\r\nevent: photo_done\r\ndata: {json.dumps({'counts': counts})}\r\n\r\n".encode()
        await asyncio.sleep(60)

    async def aclose(self) -> None:
        self.closed = True


def test_the_event_stream_is_closed_after_the_wait() -> None:
    stream = EventStream()

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Type": "text/event-stream"}, stream=stream)

    async def wait() -> bool:
        http = AsyncRetryingHttp("http://server", None, 5)
        http.client = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://server")
        assert (await AsyncAlbums(http).wait(ALBUM.id)).done == 2
        return stream.closed

    assert asyncio.run(wait())


def test_an_export_that_fails_leaves_no_file(server: ScriptedServer, critic: Client, tmp_path: Path) -> None:
    server.answer = lambda _: problem_answer(AlbumNotFound())
    with pytest.raises(AlbumNotFound):
        critic.albums.export(ALBUM.id, tmp_path / "a.csv", {"format": "csv"})
    assert list(tmp_path.iterdir()) == []
