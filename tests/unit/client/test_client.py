"""The client of the REST API, against a scripted server over real HTTP."""

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from tests.support.critiques import make_photo
from tests.support.scripted_server import Answer, Request, ScriptedServer, photo_answer, problem_answer
from tests.unit.client.conftest import Connect

from critic_client import (
    Albums,
    AsyncAlbums,
    AsyncClient,
    AsyncTasteCalls,
    Client,
    CritiquePending,
    NoServer,
    NotPhotoCritic,
    TasteCalls,
    error_of,
)
from critic_core.contracts.account import PhotoEntry, PhotosPage
from critic_core.contracts.errors import (
    CriticError,
    MissingApiKey,
    Overloaded,
    PhotoCorrupt,
    PhotoNotFound,
    Problem,
    QueueUnavailable,
    ServiceUnavailable,
)
from critic_core.contracts.photo import PhotoState

CHOSEN = b'{"id": "p", "state": "failed", "problem": {"code": "photo_corrupt"}}'


@pytest.fixture
def client(server: ScriptedServer, connect: Connect) -> Iterator[Client]:
    with connect(server.url, api_key="key") as client:
        yield client


def in_turn(*answers: Answer) -> Callable[[Request], Answer]:
    remaining = iter(answers)
    return lambda _: next(remaining)


def test_a_photo_is_sent_with_its_name_and_the_key(server: ScriptedServer, client: Client, tmp_path: Path) -> None:
    server.answer = lambda _: photo_answer(make_photo())
    file = tmp_path / "bei Nacht – 1.jpg"
    file.write_bytes(b"pixels")
    photo = client.score(file)
    (request,) = server.of("POST", "/v1/photos")
    assert photo.critique is not None
    assert photo.critique.score == 71.5
    assert request.headers["x-api-key"] == "key"
    assert b"pixels" in request.body
    assert "bei Nacht – 1.jpg".encode() in request.body


def test_the_photo_is_requested_until_its_critique(server: ScriptedServer, client: Client) -> None:
    queued, done = make_photo(PhotoState.queued), make_photo()
    server.answer = in_turn(photo_answer(queued), photo_answer(queued), photo_answer(done))
    assert client.score(b"pixels").state is PhotoState.done
    assert len(server.of("GET", f"/v1/photos/{queued.id}")) == 2


def test_a_photo_that_turns_out_bad_raises_its_problem(server: ScriptedServer, client: Client) -> None:
    queued = make_photo(PhotoState.queued)
    failed = make_photo(PhotoState.failed, error=PhotoCorrupt("Cut short."))
    server.answer = in_turn(photo_answer(queued), photo_answer(failed))
    with pytest.raises(PhotoCorrupt, match=r"Cut short\."):
        client.score(b"pixels")


def test_the_timeout_ends_the_wait(server: ScriptedServer, connect: Connect) -> None:
    queued = make_photo(PhotoState.queued)
    server.answer = lambda _: photo_answer(queued)
    with connect(server.url, timeout_seconds=0) as client, pytest.raises(CritiquePending, match=queued.id):
        client.score(b"pixels")


def test_an_overloaded_server_is_retried_after_its_delay_with_the_same_key(
    server: ScriptedServer, client: Client
) -> None:
    busy = problem_answer(Overloaded(), Retry_After="0")
    server.answer = in_turn(*[busy] * 5, photo_answer(make_photo()))
    client.upload(b"pixels")
    requests = server.of("POST", "/v1/photos")
    assert len(requests) == 6
    assert len({request.headers["idempotency-key"] for request in requests}) == 1


def test_a_retry_sends_the_whole_file(server: ScriptedServer, client: Client, tmp_path: Path) -> None:
    server.answer = in_turn(problem_answer(Overloaded(), Retry_After="0"), photo_answer(make_photo()))
    (tmp_path / "photo.jpg").write_bytes(b"all the pixels")
    client.upload(tmp_path / "photo.jpg")
    assert [b"all the pixels" in request.body for request in server.of("POST", "/v1/photos")] == [True, True]


def test_a_server_overloaded_beyond_the_timeout_is_an_error(server: ScriptedServer, connect: Connect) -> None:
    server.answer = lambda _: problem_answer(Overloaded(), Retry_After="3600")
    with connect(server.url, timeout_seconds=5) as client, pytest.raises(Overloaded):
        client.upload(b"pixels")
    assert len(server.requests) == 1


def test_a_broken_server_gets_three_attempts(server: ScriptedServer, client: Client) -> None:
    server.answer = lambda _: problem_answer(QueueUnavailable(), Retry_After="0")
    with pytest.raises(QueueUnavailable):
        client.models()
    assert len(server.requests) == 3


def test_permanent_errors_are_not_retried(server: ScriptedServer, client: Client) -> None:
    server.answer = lambda _: problem_answer(MissingApiKey())
    with pytest.raises(MissingApiKey):
        client.upload(b"pixels")
    assert len(server.requests) == 1


def test_preview_and_delete(server: ScriptedServer, client: Client) -> None:
    server.answer = in_turn(Answer(200, b"jpeg"), Answer(204), problem_answer(PhotoNotFound()))
    assert client.preview("1") == b"jpeg"
    client.delete("1")
    with pytest.raises(PhotoNotFound):
        client.delete("1")
    assert [(request.method, request.path) for request in server.requests] == [
        ("GET", "/v1/photos/1/preview"),
        ("DELETE", "/v1/photos/1"),
        ("DELETE", "/v1/photos/1"),
    ]


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"models": 7}', b'{"models": [{}]}'])
def test_another_program_is_recognised(server: ScriptedServer, client: Client, body: bytes) -> None:
    server.answer = lambda _: Answer(200, body)
    with pytest.raises(NotPhotoCritic):
        client.models()
    with pytest.raises(NotPhotoCritic):
        client.photo("1")


def test_a_missing_server_is_an_error_at_once(connect: Connect) -> None:
    with connect("http://127.0.0.1:9") as client, pytest.raises(NoServer, match="No server answers at"):
        client.check_server()


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://127.0.0.1", "http://localhost:port"])
def test_an_invalid_address_is_a_plain_error(connect: Connect, url: str) -> None:
    with pytest.raises(CriticError), connect(url) as client:
        client.check_server()


def test_a_code_of_a_later_version_is_still_an_error() -> None:
    error = error_of(Problem(title="?", status=418, detail="I am a teapot.", code="teapot", permanent=True))
    assert (type(error), error.detail) == (CriticError, "I am a teapot.")
    assert isinstance(error_of(QueueUnavailable("Gone.").problem()), ServiceUnavailable)


def test_the_progress_of_an_upload_ends_with_all_bytes(server: ScriptedServer, client: Client, tmp_path: Path) -> None:
    server.answer = lambda _: photo_answer(make_photo())
    (tmp_path / "photo.jpg").write_bytes(bytes(200_000))
    progress = list[tuple[int, int]]()
    client.upload(tmp_path / "photo.jpg", on_progress=lambda sent, total: progress.append((sent, total)))
    assert progress[-1] == (200_000, 200_000)
    assert len(progress) > 2
    assert progress == sorted(progress)
    assert bytes(200_000) in server.requests[0].body


def test_all_pages_of_the_callers_photos_are_read(server: ScriptedServer, client: Client) -> None:
    photo = make_photo()
    entry = PhotoEntry.of_fields(photo.model_dump(mode="json", exclude_none=True))
    pages = [PhotosPage(photos=(entry,), next_cursor="next"), PhotosPage(photos=(entry,))]
    server.answer = in_turn(*(Answer(200, page.model_dump_json().encode()) for page in pages))
    assert [found.id for found in client.photos(state="done")] == [photo.id, photo.id]
    assert [request.path for request in server.requests] == [
        "/v1/photos?state=done&limit=1000",
        "/v1/photos?state=done&limit=1000&cursor=next",
    ]


def test_chosen_fields_of_photos(server: ScriptedServer, client: Client) -> None:
    server.answer = lambda request: Answer(200, b'{"photos": [%s]}' % CHOSEN if "limit" in request.path else CHOSEN)
    photo = client.photo("p", fields=["state", "problem.code"])
    assert (photo.id, photo.state, photo.critique) == ("p", PhotoState.failed, None)
    assert photo.problem is not None
    assert (photo.problem.code, photo.problem.detail) == ("photo_corrupt", None)
    (entry,) = client.photos(fields=["problem.code"], state="failed")
    assert entry.summary is None
    first, second = (parse_qs(request.path.partition("?")[2]) for request in server.requests)
    assert (first["fields"], second["fields"], second["state"]) == (
        ["state,problem.code"],
        ["problem.code"],
        ["failed"],
    )


def test_both_clients_have_the_same_calls() -> None:
    for asynchronous, synchronous in ((AsyncClient, Client), (AsyncAlbums, Albums), (AsyncTasteCalls, TasteCalls)):
        assert surface(asynchronous) == surface(synchronous)


def surface(client: type) -> dict[str, list[str]]:
    """Public calls with the names of their parameters."""
    calls = inspect.getmembers(client, inspect.isfunction)
    return {name: list(inspect.signature(call).parameters) for name, call in calls if not name.startswith("_")}


def test_a_photo_has_the_callers_reference(server: ScriptedServer, client: Client) -> None:
    server.answer = lambda _: photo_answer(make_photo())
    client.upload(b"pixels", reference="order 17")
    (request,) = server.of("POST", "/v1/photos")
    assert "reference=order%2017" in request.path.replace("+", "%20")
