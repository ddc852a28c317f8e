"""A photo by URL through the whole gateway, and answers that a client reads compressed."""

from collections.abc import Iterator

import pytest
from tests.e2e.gateway.conftest import Start
from tests.support.photos import DATA
from tests.support.scripted_server import Answer, ScriptedServer

ROCKET = (DATA / "rocket.jpg").read_bytes()
SETTINGS = {"FETCH_URLS": "true", "FETCH_ALLOW_PRIVATE": "127.0.0.0/8"}


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    server.answer = lambda request: Answer(200, ROCKET) if request.path == "/rocket.jpg" else Answer(404)
    yield server
    server.stop()


def test_a_photo_comes_from_its_url(start_gateway: Start, server: ScriptedServer) -> None:
    gateway = start_gateway(**SETTINGS)
    body = {"url": f"http://localhost:{server.port}/rocket.jpg"}  # a name: one lookup, one check, one connection
    params = {"reference": "rocket", "fields": "state,file_name,size_bytes"}
    response = gateway.client.post("/v1/photos", json=body, params=params)
    photo_id = response.json()["id"]
    assert response.status_code == 202, response.text
    assert response.json() == {
        "id": photo_id,
        "state": "queued",
        "file_name": "rocket.jpg",
        "size_bytes": len(ROCKET),
    }
    assert gateway.client.get(f"/v1/photos/{photo_id}/original").content == ROCKET
    (found,) = gateway.client.get("/v1/photos", params={"reference": "rocket"}).json()["photos"]
    assert found["id"] == photo_id
    missing = gateway.client.post("/v1/photos", json={"url": f"{server.url}/other.jpg"})
    assert (missing.status_code, missing.json()["code"]) == (422, "photo_url_failed")


def test_a_list_is_sent_compressed(start_gateway: Start) -> None:
    gateway = start_gateway()
    for _ in range(3):
        gateway.client.post("/v1/photos", content=ROCKET).raise_for_status()
    listed = gateway.client.get("/v1/photos", headers={"Accept-Encoding": "gzip"})
    assert (listed.headers["content-encoding"], len(listed.json()["photos"])) == ("gzip", 3)
    assert "content-encoding" not in gateway.client.get("/v1/photos", headers={"Accept-Encoding": "identity"}).headers
