"""Methods of a path: HEAD, OPTIONS, and `Allow`."""

import pytest
from tests.unit.gateway.application import Application

from critic_core.contracts.identity import new_id

ALBUM = "/v1/albums/01a21e5d-7266-7b3a-a070-f5ee38de8c9b"  # the same in every test process


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/v1/photos", "GET, HEAD, OPTIONS, POST"),
        (ALBUM, "DELETE, GET, HEAD, OPTIONS, PATCH"),
        (f"{ALBUM}/photos", "OPTIONS, POST"),
        (f"{ALBUM}/photos/1/decision/undo", "OPTIONS, POST"),
        ("/livez", "GET, HEAD, OPTIONS"),
        ("/docs", "GET, HEAD, OPTIONS"),
        ("/v1/openapi.json", "GET, HEAD, OPTIONS"),
        ("/main.js", "GET, HEAD, OPTIONS"),
    ],
)
def test_options_and_405_list_every_method_of_the_path(gateway: Application, path: str, allow: str) -> None:
    response = gateway.http.request("OPTIONS", path)
    assert (response.status_code, response.content, response.headers["allow"]) == (204, b"", allow)
    response = gateway.http.request("PUT", path)
    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
    assert response.headers["allow"] == allow


@pytest.mark.parametrize("path", ["/v1/models", "/livez", "/docs", "/", "/main.js", "/v1/openapi.json"])
def test_head_has_the_headers_of_get_without_its_body(gateway: Application, path: str) -> None:
    head, get = gateway.http.request("HEAD", path), gateway.http.get(path)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "content-type", "cache-control", "etag"):
        assert head.headers.get(name) == get.headers.get(name)


def test_head_of_a_stream_ends(gateway: Application) -> None:
    album = gateway.new_album()
    response = gateway.http.request("HEAD", f"/v1/albums/{album.id}/events")
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-type"].startswith("text/event-stream")


def test_head_of_a_missing_photo_is_not_found(gateway: Application) -> None:
    assert gateway.http.request("HEAD", f"/v1/photos/{new_id()}").status_code == 404
