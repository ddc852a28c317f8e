"""Albums: create, add photos, ranking in pages, delete."""

from typing import Any

import pytest
from tests.support.critiques import make_critique
from tests.unit.gateway.application import PHOTO, Application
from tests.unit.gateway.conftest import Start

from critic_core.contracts.album import AlbumPage
from critic_core.contracts.identity import new_id


def add(gateway: Application, album_id: str, *numbers: int) -> list[dict[str, Any]]:
    files = [("file", (f"{number}.jpg", PHOTO + str(number).encode())) for number in numbers]
    receipts: list[dict[str, Any]] = gateway.http.post(f"/v1/albums/{album_id}/photos", files=files).json()["photos"]
    return receipts


def get(gateway: Application, album_id: str, **params: Any) -> AlbumPage:
    response = gateway.http.get(f"/v1/albums/{album_id}", params=params)
    return AlbumPage.model_validate_json(response.raise_for_status().content)


def test_an_album_is_created_with_its_fields(gateway: Application) -> None:
    response = gateway.http.post("/v1/albums", json={"name": "Zoë", "ttl_seconds": 600})
    album = response.json()
    assert (response.status_code, response.headers["location"]) == (201, f"/v1/albums/{album['id']}")
    assert (album["name"], album["revision"], album["decision_revision"]) == ("Zoë", 0, 0)
    assert album["counts"] == {"photos": 0, "pending": 0, "done": 0, "failed": 0}
    assert gateway.http.post("/v1/albums").status_code == 201


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"ttl_seconds": 10**9}, 422, "invalid_request"),
        ({"ttl_seconds": 1}, 422, "invalid_request"),
        ({"colour": "red"}, 422, "invalid_request"),
        ({"name": "x" * 201}, 422, "invalid_request"),
        ({"model": "unknown"}, 503, "not_ready"),
        ({"callback_url": "https://receiver.example"}, 422, "webhooks_disabled"),
    ],
)
def test_invalid_fields_create_no_album(gateway: Application, fields: dict[str, Any], status: int, code: str) -> None:
    response = gateway.http.post("/v1/albums", json=fields)
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_photos_are_ranked_and_paged(gateway: Application) -> None:
    album = gateway.new_album()
    for receipt, score in zip(add(gateway, album.id, 1, 2, 3), (20, 90, 50), strict=True):
        gateway.jobs.finish(receipt["photo"]["id"], make_critique(score))
    first = get(gateway, album.id, limit=2)
    rest = get(gateway, album.id, limit=2, cursor=first.next_cursor)
    assert (first.album.counts.photos, first.album.counts.done) == (3, 3)
    ranking = [(photo.file_name, photo.rank) for photo in (*first.photos, *rest.photos)]
    assert ranking == [("2.jpg", 1), ("3.jpg", 2), ("1.jpg", 3)]
    assert rest.next_cursor is None


def test_the_same_bytes_are_a_duplicate_of_one_photo(gateway: Application) -> None:
    album = gateway.new_album()
    (first,), (second,) = add(gateway, album.id, 1), add(gateway, album.id, 1)
    assert (first["duplicate"], second["duplicate"]) == (False, True)
    assert first["photo"]["id"] == second["photo"]["id"]
    assert len(gateway.stored_files()) == get(gateway, album.id).album.counts.photos == 1


def test_the_same_bytes_in_two_albums_are_two_photos(gateway: Application) -> None:
    ids = {add(gateway, gateway.new_album().id, 1)[0]["photo"]["id"] for _ in range(2)}
    assert len(ids) == 2


def test_a_bad_file_fails_alone(gateway: Application) -> None:
    album, files = gateway.new_album(), [("file", ("a.jpg", PHOTO)), ("file", ("b.txt", b"text"))]
    receipts = gateway.http.post(f"/v1/albums/{album.id}/photos", files=files).json()["photos"]
    assert receipts[1]["problem"]["code"] == "photo_unsupported"
    assert get(gateway, album.id).album.counts.photos == 1


def test_photos_expire_with_their_album(gateway: Application) -> None:
    album = gateway.new_album(ttl_seconds=600)
    (receipt,) = add(gateway, album.id, 1)
    assert receipt["photo"]["expires_at"] == album.model_dump(mode="json")["expires_at"]
    assert receipt["photo"]["album"] == album.id


def test_a_full_album_rejects_the_rest(start: Start) -> None:
    gateway = start(max_album_photos=1)
    receipts = add(gateway, gateway.new_album().id, 1, 2)
    assert receipts[1]["problem"]["code"] == "album_full"
    assert len(gateway.stored_files()) == 1


def test_a_deleted_album_is_not_found_at_once(gateway: Application) -> None:
    path = f"/v1/albums/{gateway.new_album().id}"
    assert [gateway.http.delete(path).status_code for _ in range(2)] == [204, 404]
    assert gateway.http.post(f"{path}/photos", content=PHOTO).status_code == 404


@pytest.mark.parametrize("cursor", ["x", "%00", "aGVsbG8", "AAAA", "ü"])
def test_an_invalid_cursor_is_rejected(gateway: Application, cursor: str) -> None:
    response = gateway.http.get(f"/v1/albums/{gateway.new_album().id}", params={"cursor": cursor})
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")


@pytest.mark.parametrize("path", ["", "/groups", "/selection", "/events", "/deliveries", "/export?format=csv"])
@pytest.mark.parametrize("album_id", [pytest.param(new_id(), id="new id"), "not-an-id"])
def test_an_unknown_album_is_not_found(gateway: Application, album_id: str, path: str) -> None:
    response = gateway.http.get(f"/v1/albums/{album_id}{path}")
    assert (response.status_code, response.json()["code"]) == (404, "album_not_found")
