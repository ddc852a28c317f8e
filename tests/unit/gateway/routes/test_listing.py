"""Lists of the caller's photos and albums: pages, filters, invalid parameters."""

from typing import Any

import pytest
from tests.support.critiques import make_critique
from tests.unit.gateway.application import PHOTO, Application


def listed(gateway: Application, kind: str, **params: Any) -> list[str]:
    """The ids of a page."""
    response = gateway.http.get(f"/v1/{kind}", params=params).raise_for_status()
    return [entry["id"] for entry in response.json()[kind]]


def test_photos_are_listed_in_pages_newest_first(gateway: Application) -> None:
    ids = [gateway.new_photo() for _ in range(5)]
    found: list[str] = []
    params: dict[str, Any] = {"limit": 2}
    while True:
        page = gateway.http.get("/v1/photos", params=params).json()
        found += [photo["id"] for photo in page["photos"]]
        if "next_cursor" not in page:
            break
        params["cursor"] = page["next_cursor"]
    assert found == sorted(ids, reverse=True)


def test_photos_are_filtered_by_state_album_name_and_time(gateway: Application) -> None:
    album, single = gateway.new_album(), gateway.new_photo()
    files = {"file": ("IMG_1.jpg", PHOTO)}
    receipts = gateway.http.post(f"/v1/albums/{album.id}/photos", files=files).json()["photos"]
    member = receipts[0]["photo"]["id"]
    gateway.jobs.finish(member, make_critique(80))
    for params, ids in (
        ({}, [member, single]),
        ({"state": "done"}, [member]),
        ({"state": "failed"}, []),
        ({"album": album.id}, [member]),
        ({"name": "IMG_"}, [member]),
        ({"created_since": "2100-01-01T00:00:00Z"}, []),
        ({"created_before": "2100-01-01T00:00:00Z", "state": "queued"}, [single]),
    ):
        assert listed(gateway, "photos", **params) == ids
    photo = gateway.http.get("/v1/photos", params={"state": "done"}).json()["photos"][0]
    assert (photo["summary"]["score"], photo["album"], photo["file_name"]) == (80, album.id, "IMG_1.jpg")
    assert "critique" not in photo


def test_albums_are_filtered_by_name(gateway: Application) -> None:
    wedding, concert = gateway.new_album(name="Wedding"), gateway.new_album(name="Concert")
    assert listed(gateway, "albums") == [concert.id, wedding.id]
    assert listed(gateway, "albums", name="Wed") == [wedding.id]
    album = gateway.http.get("/v1/albums", params={"name": "Wed"}).json()["albums"][0]
    assert (album["name"], album["counts"]["photos"]) == ("Wedding", 0)


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1001", "cursor=x", "state=lost", "created_since=2026-01-01T00:00:00", "name=", "page=2"]
)
def test_invalid_parameters_are_rejected(gateway: Application, query: str) -> None:
    response = gateway.http.get(f"/v1/photos?{query}")
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")
