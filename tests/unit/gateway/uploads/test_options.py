"""The caller's own reference and values of a photo: sent, returned, filtered, erased."""

import json
from typing import Any

import pytest
from tests.support.critiques import make_critique
from tests.unit.gateway.application import PHOTO, Application

NOTE = {"reference": "order 17/ä", "metadata": json.dumps({"shoot": "7", "empty": ""})}


def photos(gateway: Application, **params: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = gateway.http.get("/v1/photos", params=params).raise_for_status().json()["photos"]
    return listed


def test_a_photo_has_the_callers_reference_and_values(gateway: Application) -> None:
    photo = gateway.send(params=NOTE).json()
    again = gateway.http.get(f"/v1/photos/{photo['id']}").json()
    assert (again["reference"], again["metadata"]) == ("order 17/ä", {"shoot": "7", "empty": ""})
    assert photo == again


def test_every_file_of_an_upload_has_the_note_of_the_upload(gateway: Application) -> None:
    files = [("file", ("a.jpg", PHOTO)), ("file", ("b.jpg", PHOTO))]
    receipts = gateway.http.post("/v1/photos", files=files, params=NOTE).json()["photos"]
    assert {receipt["photo"]["reference"] for receipt in receipts} == {"order 17/ä"}


def test_photos_are_found_by_their_reference(gateway: Application) -> None:
    sent = [gateway.send(params={"reference": reference}).json()["id"] for reference in ("a", "b", "a")]
    gateway.new_photo()
    assert [photo["id"] for photo in photos(gateway, reference="a")] == [sent[2], sent[0]]
    assert photos(gateway, reference="a")[0]["reference"] == "a"
    assert photos(gateway, reference="A") == []


def test_a_ranking_has_the_references(gateway: Application) -> None:
    album = gateway.new_album().id
    receipt = gateway.http.post(f"/v1/albums/{album}/photos", content=PHOTO, params=NOTE).json()["photos"][0]
    gateway.jobs.finish(receipt["photo"]["id"], make_critique())
    (photo,) = gateway.http.get(f"/v1/albums/{album}").json()["photos"]
    assert photo["reference"] == "order 17/ä"


def test_the_note_is_erased_with_its_photo(gateway: Application) -> None:
    photo_id = gateway.send(params={"reference": "unmistakable"}).json()["id"]
    gateway.http.delete(f"/v1/photos/{photo_id}")
    assert photos(gateway, reference="unmistakable") == []
    assert gateway.redis.keys(f"*{photo_id}*") == []


def test_another_note_is_another_upload(gateway: Application) -> None:
    headers = {"Idempotency-Key": "k"}
    assert gateway.send(params=NOTE, headers=headers).status_code == 202
    other = gateway.send(params={"reference": "another"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    "params",
    [
        {"reference": ""},
        {"reference": "r" * 201},
        {"metadata": "{"},
        {"metadata": '["a"]'},
        {"metadata": '{"a": 1}'},
        {"metadata": '{"": "a"}'},
        {"metadata": json.dumps({"k" * 41: "v"})},
        {"metadata": json.dumps({"k": "v" * 201})},
        {"metadata": json.dumps({str(key): "v" for key in range(21)})},
    ],
)
def test_a_note_without_bounds_is_an_invalid_request(gateway: Application, params: dict[str, str]) -> None:
    response = gateway.send(params=params)
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")
    assert gateway.stored_files() == []
