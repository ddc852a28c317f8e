"""Share links for their owner, and shared albums for viewers."""

from datetime import UTC, datetime, timedelta
from time import time
from typing import Any

import httpx
import pytest
import redis
from structlog.testing import capture_logs
from tests.support.critiques import make_critique
from tests.unit.gateway.application import PHOTO, Application
from tests.unit.gateway.conftest import Start

from critic_core.contracts.identity import new_id
from critic_core.runtime.storage import preview_key
from critic_core.stores.shares import MAX_PIN_ATTEMPTS
from critic_gateway.auth.share_access import token_digest

PIN = "2468"
HIDDEN = ("sha256", "score", "percentile", "owner", "rank", "size_bytes", "capture", "wedding.jpg")


class Shared:
    """An album with a done and a pending photo, and a share link to it."""

    def __init__(self, gateway: Application, **fields: object) -> None:
        self.gateway = gateway
        self.album = gateway.new_album(name="Wedding").id
        self.photo, self.pending = self._add(PHOTO, "wedding.jpg"), self._add(PHOTO + b"2", "later.jpg")
        gateway.jobs.finish(self.photo, make_critique())
        gateway.storage.put(preview_key(self.photo), b"preview")
        created = gateway.http.post(f"/v1/albums/{self.album}/shares", json=fields)
        assert created.status_code == 201
        self.created: dict[str, Any] = created.json()
        self.token = self.created["token"]

    def _add(self, data: bytes, name: str) -> str:
        url = f"/v1/albums/{self.album}/photos"
        return str(self.gateway.http.post(url, files={"file": (name, data)}).json()["photos"][0]["photo"]["id"])

    def call(self, path: str = "", method: str = "GET", token: str | None = None, **options: Any) -> httpx.Response:
        return self.gateway.http.request(method, f"/v1/shared/{token or self.token}{path}", **options)

    def favourite(self, method: str, photo: str | None = None) -> httpx.Response:
        return self.call(f"/photos/{photo or self.photo}/favourite", method)

    def unlock(self, pin: str) -> httpx.Response:
        return self.call("/pin", "POST", json={"pin": pin})

    def row(self) -> dict[str, Any]:
        """The photo as the owner sees it."""
        page: dict[str, Any] = self.gateway.http.get(f"/v1/albums/{self.album}").json()["photos"][0]
        return page


def problem(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def test_a_viewer_sees_the_gallery_and_nothing_else(gateway: Application) -> None:
    shared = Shared(gateway)
    album = shared.call().json()
    assert (album["name"], album["photos"], album["favourites"], album["originals"]) == ("Wedding", 1, False, False)
    photos = shared.call("/photos")
    assert photos.json() == {"photos": [{"id": shared.photo, "width": 4, "height": 3, "favourite": False}]}
    assert not any(word in photos.text + str(album) for word in HIDDEN)
    preview = shared.call(f"/photos/{shared.photo}/preview")
    assert (preview.content, preview.headers["content-type"]) == (b"preview", "image/jpeg")


def test_responses_are_not_stored_indexed_or_referred_to(gateway: Application) -> None:
    shared = Shared(gateway)
    for response in (shared.call(), shared.call("/photos"), shared.call(token="x"), gateway.http.get("/shared.html")):
        assert response.headers["x-robots-tag"] == "noindex, nofollow"
        assert response.headers["referrer-policy"] == "no-referrer"
    assert "no-store" in shared.call(f"/photos/{shared.photo}/preview").headers["cache-control"]
    assert "x-robots-tag" not in gateway.http.get("/v1/models").headers


def test_the_token_is_in_no_log_and_not_in_redis(gateway: Application, client: "redis.Redis") -> None:
    with capture_logs() as lines:
        shared = Shared(gateway, favourites=True, pin=PIN)
        shared.call("/photos")
        shared.unlock(PIN)
    assert any(line.get("path") == "/v1/shared/…/photos" for line in lines)
    hashes = [client.hgetall(str(name)) for name in client.keys("*") if client.type(str(name)) == "hash"]
    assert shared.token not in str(lines) + str(hashes) + str(client.keys("*"))
    assert PIN not in str(lines)


def test_a_token_appears_in_the_creation_only(gateway: Application) -> None:
    shared = Shared(gateway, favourites=True)
    (listed,) = gateway.http.get(f"/v1/albums/{shared.album}/shares").json()["shares"]
    assert shared.created == {**listed, "token": shared.token, "page": f"/shared.html#{shared.token}"}
    assert (listed["favourites"], listed["originals"], listed["pin_required"]) == (True, False, False)


def test_a_link_expires_with_the_album_at_the_latest(gateway: Application) -> None:
    shared = Shared(gateway)
    album_expiry = gateway.albums.get(shared.album).expires_at
    ends = [
        datetime.fromisoformat(gateway.http.post(f"/v1/albums/{shared.album}/shares", json=fields).json()["expires_at"])
        for fields in ({}, {"ttl_seconds": 10**8}, {"ttl_seconds": 60})
    ]
    assert ends[:2] == [album_expiry, album_expiry]
    assert ends[2] <= datetime.now(UTC) + timedelta(seconds=60)


def test_revoked_expired_and_unknown_links_have_the_same_response(gateway: Application, client: "redis.Redis") -> None:
    revoked, expired, deleted = Shared(gateway), Shared(gateway), Shared(gateway)
    revoke = f"/v1/albums/{revoked.album}/shares/{revoked.created['id']}"
    assert gateway.http.delete(revoke).status_code == 204
    assert problem(gateway.http.delete(revoke)) == (404, "share_not_found")
    client.delete(*(str(name) for name in client.keys("critic:share:*") if _share_id(client, str(name), expired)))
    gateway.http.delete(f"/v1/albums/{deleted.album}")
    responses = [shared.call("/photos") for shared in (revoked, expired, deleted)] + [revoked.call(token="unknown")]
    assert [problem(response) for response in responses] == [(404, "share_not_found")] * 4
    assert len({response.json()["detail"] for response in responses}) == 1


def _share_id(client: "redis.Redis", name: str, shared: Shared) -> bool:
    return shared.created["id"] in str(client.hget(name, "share"))


def test_names_are_visible_only_if_allowed(gateway: Application) -> None:
    shared = Shared(gateway, file_names=True)
    assert shared.call("/photos").json()["photos"][0]["file_name"] == "wedding.jpg"


def test_originals_are_available_only_if_allowed(gateway: Application) -> None:
    closed, free = Shared(gateway), Shared(gateway, originals=True)
    assert problem(closed.call(f"/photos/{closed.photo}/original")) == (403, "share_permission_denied")
    original = free.call(f"/photos/{free.photo}/original")
    assert (original.content, original.headers["content-disposition"]) == (PHOTO, "attachment")


def test_favourites_are_suggestions(gateway: Application) -> None:
    shared = Shared(gateway, favourites=True)
    revision = gateway.albums.get(shared.album)
    assert [shared.favourite("PUT").status_code for _ in range(2)] == [204, 204]
    assert shared.call("/photos").json()["photos"][0]["favourite"] is True
    assert shared.row()["favourites"] == 1
    assert "decision" not in shared.row()
    assert gateway.albums.get(shared.album) == revision
    assert shared.favourite("DELETE").status_code == 204
    assert "favourites" not in shared.row()


def test_a_link_for_viewing_marks_nothing(gateway: Application) -> None:
    shared = Shared(gateway)
    assert [problem(shared.favourite(method)) for method in ("PUT", "DELETE")] == [(403, "share_permission_denied")] * 2


def test_photos_outside_the_gallery_are_not_found(gateway: Application) -> None:
    shared = Shared(gateway, favourites=True, originals=True)
    for photo in (gateway.new_photo(), Shared(gateway).photo, shared.pending, new_id(), "x"):
        for name in ("preview", "original"):
            assert problem(shared.call(f"/photos/{photo}/{name}")) == (404, "photo_not_found")
        assert problem(shared.favourite("PUT", photo)) == (404, "photo_not_found")


def test_a_pin_gives_a_pass(gateway: Application) -> None:
    shared = Shared(gateway, pin=PIN)
    assert shared.created["pin_required"] is True
    for path in ("", "/photos", f"/photos/{shared.photo}/preview"):
        assert problem(shared.call(path)) == (403, "pin_required")
    share_pass = shared.unlock(PIN).json()["share_pass"]
    assert shared.call("/photos", headers={"X-Share-Pass": share_pass}).status_code == 200
    assert problem(shared.call("/photos", headers={"X-Share-Pass": f"{share_pass}0"})) == (403, "pin_required")
    assert problem(Shared(gateway, pin=PIN).call(headers={"X-Share-Pass": share_pass})) == (403, "pin_required")


def test_wrong_pins_lock_the_link(gateway: Application) -> None:
    shared = Shared(gateway, pin=PIN)
    assert [shared.unlock(PIN).status_code for _ in range(MAX_PIN_ATTEMPTS + 1)] == [200] * (MAX_PIN_ATTEMPTS + 1)
    assert [problem(shared.unlock("1357")) for _ in range(MAX_PIN_ATTEMPTS)] == [(403, "invalid_pin")] * 5
    locked = shared.unlock(PIN)
    assert problem(locked) == (429, "pin_locked")
    assert 0 < int(locked.headers["retry-after"]) <= 900


def test_a_link_without_a_pin_has_none_to_check(gateway: Application) -> None:
    assert problem(Shared(gateway).unlock(PIN)) == (422, "invalid_request")


@pytest.mark.parametrize("fields", [{"pin": "123"}, {"pin": "1" * 33}, {"ttl_seconds": 59}, {"token": "x"}])
def test_an_invalid_link_is_rejected(gateway: Application, fields: dict[str, object]) -> None:
    album = gateway.new_album().id
    assert problem(gateway.http.post(f"/v1/albums/{album}/shares", json=fields)) == (422, "invalid_request")


def test_pages_follow_each_other(gateway: Application) -> None:
    shared = Shared(gateway)
    second = shared._add(PHOTO + b"3", "third.jpg")
    gateway.jobs.finish(second, make_critique(50))
    first = shared.call("/photos", params={"limit": 1}).json()
    last = shared.call("/photos", params={"limit": 1, "cursor": first["next_cursor"]}).json()
    assert [page["photos"][0]["id"] for page in (first, last)] == [shared.photo, second]
    end = shared.call("/photos", params={"limit": 1, "cursor": last["next_cursor"]}).json()
    assert end == {"photos": []}  # the pending photo
    foreign = Shared(gateway).call("/photos", params={"cursor": first["next_cursor"]})
    assert problem(foreign) == (422, "invalid_request")


def test_a_link_has_the_rate_of_an_anonymous_key(start: Start, client: "redis.Redis") -> None:
    gateway = start(rate_limit_per_second=20)
    first, second = Shared(gateway), Shared(gateway)
    client.set(f"critic:rate:anonymous:{token_digest(first.token)}", time() + 100)
    assert problem(first.call()) == (429, "rate_limited")
    assert second.call().headers["ratelimit-policy"] == '"requests";q=40;w=2'
