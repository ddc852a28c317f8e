"""How much an owner may store."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from tests.unit.gateway.application import PHOTO
from tests.unit.gateway.auth.keys import DIGESTS
from tests.unit.gateway.conftest import Start

from critic_gateway.limits.owner_limits import OwnerLimits

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


@pytest.mark.parametrize("path", ["/v1/photos", "/v1/albums", "/v1/albums/{album}/photos"])
def test_parallel_requests_at_the_limit_let_in_exactly_the_limit(
    start: Start, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All pass the check before the body at once, as requests to several gateways may."""
    gateway = start(api_keys=DIGESTS, max_owner_photos=3, max_owner_albums=3)
    path = path.format(album=gateway.http.post("/v1/albums", headers=ALPHA).json()["id"])
    together, existing = Barrier(8, timeout=20), int(path == "/v1/albums")
    for check in ("ensure_photos", "ensure_albums"):
        monkeypatch.setattr(OwnerLimits, check, lambda *_: together.wait())

    def send(number: int) -> int:
        content = b"" if path == "/v1/albums" else PHOTO + bytes([number])
        body = gateway.http.post(path, content=content, headers=ALPHA).json()
        body = body.get("photos", [body])[0]
        return 1 if body.get("code", body.get("problem", {}).get("code")) == "limit_reached" else 0

    with ThreadPoolExecutor(8) as threads:
        rejections = Counter(threads.map(send, range(8)))
    assert rejections == {0: 3 - existing, 1: 5 + existing}
    assert len(gateway.stored_files()) == (0 if existing else 3)


def test_without_keys_only_the_room_of_the_server_counts(start: Start) -> None:
    gateway = start(max_owner_photos=1, max_owner_albums=1)
    assert [gateway.send().status_code for _ in range(2)] == [202, 202]
