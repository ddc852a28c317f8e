"""Photos by URL: fetched like an upload, and never from inside."""

import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.support.scripted_server import Answer, ScriptedServer
from tests.unit.gateway.application import PHOTO, Application
from tests.unit.gateway.conftest import Start

INSIDE = "127.0.0.0/8"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    server.answer = lambda _: Answer(200, PHOTO, {"Content-Type": "text/plain"})
    yield server
    server.stop()


@pytest.fixture
def gateway(start: Start) -> Application:
    return start(fetch_urls=True, fetch_allow_private=INSIDE)


def send(gateway: Application, url: object, path: str = "/v1/photos", **headers: str) -> httpx.Response:
    return gateway.http.post(path, json={"url": url}, headers=headers)


def code(response: httpx.Response) -> tuple[int, Any]:
    return response.status_code, response.json()["code"]


def test_a_photo_is_fetched_and_stored(gateway: Application, server: ScriptedServer) -> None:
    response = send(gateway, f"{server.url}/album/IMG%201.jpg?size=full")
    assert (response.status_code, response.json()["media_type"]) == (202, "image/jpeg")
    assert response.json()["file_name"] == "IMG 1.jpg"
    assert [path.read_bytes() for path in gateway.stored_files()] == [PHOTO]
    (request,) = server.requests
    assert request.path == "/album/IMG%201.jpg?size=full"
    assert "x-api-key" not in request.headers


def test_an_album_takes_photos_by_url_once(gateway: Application, server: ScriptedServer) -> None:
    path = f"/v1/albums/{gateway.new_album().id}/photos"
    receipts = [send(gateway, server.url, path).json()["photos"][0] for _ in range(2)]
    assert [receipt["duplicate"] for receipt in receipts] == [False, True]


def test_an_idempotency_key_makes_one_photo(gateway: Application, server: ScriptedServer) -> None:
    """The repeated request fetches nothing: the first address may be valid for minutes only."""
    photos = [send(gateway, server.url, **{"Idempotency-Key": "k"}).json() for _ in range(2)]
    assert photos[0] == photos[1]
    assert len(server.requests) == 1
    assert code(send(gateway, f"{server.url}/other", **{"Idempotency-Key": "k"})) == (422, "idempotency_key_reused")


def test_a_url_without_a_name_gives_none(gateway: Application, server: ScriptedServer) -> None:
    assert send(gateway, f"{server.url}/").json().get("file_name") is None


def test_photos_by_url_are_off_by_default(start: Start, server: ScriptedServer) -> None:
    assert code(send(start(), server.url)) == (422, "photo_urls_disabled")
    assert server.requests == []


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/a.jpg", "http://10.0.0.1/a.jpg", "https://169.254.169.254/latest", "https://[::1]/a.jpg",
        "https://user@example.com/", "no url",
    ],
)  # fmt: skip
def test_an_address_inside_is_refused(gateway: Application, url: str) -> None:
    assert code(send(gateway, url)) == (422, "invalid_photo_url")


def test_a_name_with_an_address_inside_is_refused(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    lookup = socket.getaddrinfo

    def inside(host: str, *args: Any, **options: Any) -> list[Any]:
        if host != "example.com":
            return list(lookup(host, *args, **options))
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in ("8.8.8.8", "127.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", inside)
    assert code(send(start(fetch_urls=True), "https://example.com/a.jpg")) == (422, "invalid_photo_url")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"url": 7}', b'{"url": "https://a.example/", "b": 1}', b" " * 5000]
)
def test_another_body_is_an_invalid_request(gateway: Application, body: bytes) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    response = gateway.http.post("/v1/photos", content=body, headers=headers)
    assert code(response) == (422, "invalid_request")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(404), (422, "photo_url_failed")),
        (Answer(302, b"", {"Location": "/elsewhere.jpg"}), (422, "photo_url_failed")),
        (Answer(200, b"<html>", {"Content-Type": "image/jpeg"}), (415, "photo_unsupported")),
        (Answer(200), (400, "photo_empty")),
        (Answer(200, PHOTO, {"Content-Length": str(len(PHOTO) + 1)}), (422, "photo_url_failed")),
    ],
    ids=["not found", "a redirect", "no photo", "empty", "cut short"],
)
def test_what_is_no_photo_leaves_nothing(
    gateway: Application, server: ScriptedServer, answer: Answer, expected: tuple[int, str]
) -> None:
    server.answer = lambda _: answer
    assert code(send(gateway, server.url)) == expected
    assert len(server.requests) == 1
    assert gateway.stored_files() == []


def test_nobody_at_the_address_is_a_failure_that_may_pass(gateway: Application, server: ScriptedServer) -> None:
    url = server.url
    server.stop()
    problem = send(gateway, url).json()
    assert (problem["code"], problem["permanent"]) == ("photo_url_failed", False)


@pytest.mark.parametrize("stated", [True, False], ids=["its length is stated", "its length is unknown"])
def test_a_large_file_is_refused_within_the_limit(start: Start, server: ScriptedServer, stated: bool) -> None:
    gateway = start(fetch_urls=True, fetch_allow_private=INSIDE, max_photo_bytes=len(PHOTO) - 1)
    chunked = f"{len(PHOTO):x}\r\n".encode() + PHOTO + b"\r\n0\r\n\r\n"
    server.answer = lambda _: (
        Answer(200, PHOTO) if stated else Answer(200, chunked, {"Transfer-Encoding": "chunked", "Content-Length": "0"})
    )
    assert code(send(gateway, server.url)) == (413, "photo_too_large")
    assert gateway.stored_files() == []


def test_more_fetches_than_the_limit_are_refused(start: Start, server: ScriptedServer) -> None:
    gateway = start(fetch_urls=True, fetch_allow_private=INSIDE, max_concurrent_fetches=1)
    nested: list[httpx.Response] = []

    def fetch_again(_: object) -> Answer:
        nested.append(send(gateway, server.url))
        return Answer(200, PHOTO)

    server.answer = fetch_again
    assert send(gateway, server.url).status_code == 202
    assert [code(response) for response in nested] == [(429, "overloaded")]
    assert "retry-after" in nested[0].headers
