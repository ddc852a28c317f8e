"""How much an owner may store."""

from tests.unit.gateway.auth.keys import DIGESTS
from tests.unit.gateway.conftest import Start

ALPHA, BETA = {"X-API-Key": "alpha"}, {"X-API-Key": "beta"}


def test_photos_of_an_owner_have_a_limit(start: Start) -> None:
    gateway = start(api_keys=DIGESTS, max_owner_photos=2)
    photos = [gateway.send(headers=ALPHA).json()["id"] for _ in range(2)]
    response = gateway.send(headers=ALPHA)
    assert (response.status_code, response.json()["code"]) == (409, "limit_reached")
    assert gateway.send(headers=BETA).status_code == 202
    gateway.http.delete(f"/v1/photos/{photos[0]}", headers=ALPHA)
    assert gateway.send(headers=ALPHA).status_code == 202


def test_albums_of_an_owner_have_a_limit(start: Start) -> None:
    gateway = start(api_keys=DIGESTS, max_owner_albums=1)
    album = gateway.http.post("/v1/albums", headers=ALPHA).json()
    assert gateway.http.post("/v1/albums", headers=ALPHA).json()["code"] == "limit_reached"
    assert gateway.http.post("/v1/albums", headers=BETA).status_code == 201
    gateway.http.delete(f"/v1/albums/{album['id']}", headers=ALPHA)
    assert gateway.http.post("/v1/albums", headers=ALPHA).status_code == 201


def test_without_keys_only_the_room_of_the_server_counts(start: Start) -> None:
    gateway = start(max_owner_photos=1, max_owner_albums=1)
    assert [gateway.send().status_code for _ in range(2)] == [202, 202]
