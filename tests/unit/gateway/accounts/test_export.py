"""Everything of an owner as JSON lines."""

import json
from typing import Any

import pytest
from tests.support.critiques import make_critique
from tests.unit.gateway.application import PHOTO, Application

from critic_core.contracts.account import AlbumRecord, PhotoRecord
from critic_gateway.accounts import export


def lines(gateway: Application) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gateway.http.get("/v1/account/data").text.splitlines()]


def test_an_empty_account_is_the_end_alone(gateway: Application) -> None:
    assert lines(gateway) == [{"kind": "end", "owner": "anonymous", "albums": 0, "photos": 0}]


def test_albums_and_photos_come_with_critiques_and_decisions(gateway: Application) -> None:
    single, album = gateway.new_photo(), gateway.new_album(name="Wedding")
    path = f"/v1/albums/{album.id}/photos"
    member = gateway.http.post(path, content=PHOTO).json()["photos"][0]["photo"]["id"]
    gateway.jobs.finish(member, make_critique(80))
    gateway.http.put(f"{path}/{member}/decision", json={"stars": 5})
    first, *photos, end = lines(gateway)
    assert AlbumRecord.model_validate(first).album.name == "Wedding"
    records = [PhotoRecord.model_validate(photo) for photo in photos]
    assert [record.photo.id for record in records] == sorted([single, member], reverse=True)
    (scored,) = [record for record in records if record.decisions]
    assert scored.photo.critique is not None
    assert (scored.photo.critique.score, scored.original) == (80, f"/v1/photos/{member}/original")
    assert (end["albums"], end["photos"]) == (1, 2)


def test_an_export_has_several_pages(gateway: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "PAGE", 2)
    ids = [gateway.new_photo() for _ in range(5)]
    assert [line["photo"]["id"] for line in lines(gateway)[:-1]] == sorted(ids, reverse=True)


def test_a_photo_that_is_deleted_meanwhile_is_left_out(gateway: Application) -> None:
    photo_id = gateway.new_photo()
    gateway.redis.delete(f"critic:photo:{photo_id}")
    assert [line["kind"] for line in lines(gateway)] == ["end"]
