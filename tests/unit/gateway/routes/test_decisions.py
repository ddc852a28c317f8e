"""Decisions about photos of an album."""

import json
from base64 import b64decode
from typing import Any

import pytest
from tests.unit.gateway.application import PHOTO, Application

from critic_core.contracts.album import QUERY_QUEUE
from critic_core.contracts.identity import new_id


@pytest.fixture
def path(gateway: Application) -> str:
    album_id = gateway.new_album().id
    receipts = gateway.http.post(f"/v1/albums/{album_id}/photos", content=PHOTO).json()["photos"]
    return f"/v1/albums/{album_id}/photos/{receipts[0]['photo']['id']}/decision"


def test_a_decision_is_set_and_undone(gateway: Application, path: str) -> None:
    assert gateway.http.get(path).json() == {"history": []}
    gateway.http.put(path, json={"flag": "pick", "stars": 5})
    assert gateway.http.put(path, json={"flag": "reject"}).json()["current"]["flag"] == "reject"
    assert len(gateway.http.get(path).json()["history"]) == 2
    assert gateway.http.post(f"{path}/undo").json()["current"]["stars"] == 5
    album = gateway.http.get(path.partition("/photos")[0]).json()
    assert (album["album"]["decision_revision"], album["photos"][0]["decision"]["flag"]) == (3, "pick")


@pytest.mark.parametrize("choice", [{"stars": 6}, {"stars": -1}, {"flag": "love"}, {"rating": 3}])
def test_an_invalid_choice_is_rejected(gateway: Application, path: str, choice: dict[str, Any]) -> None:
    response = gateway.http.put(path, json=choice)
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")


def test_a_photo_outside_the_album_is_not_found(gateway: Application, path: str) -> None:
    for photo_id in (gateway.new_photo(), new_id(), "x"):
        response = gateway.http.put(f"{path.rpartition('/photos')[0]}/photos/{photo_id}/decision", json={"stars": 1})
        assert (response.status_code, response.json()["code"]) == (404, "photo_not_found")


def test_a_joint_decision_is_set_and_withdrawn(gateway: Application, path: str) -> None:
    album, photo_id = path.partition("/photos")[0], path.split("/")[-2]
    body = {"id": "decision-1", "photos": [photo_id], "flag": "reject"}
    assert gateway.http.post(f"{album}/decisions", json=body).status_code == 204
    assert gateway.http.get(path).json()["current"]["id"] == "decision-1"
    assert gateway.http.delete(f"{album}/decisions/decision-1").status_code == 204
    assert gateway.http.get(path).json() == {"history": []}


@pytest.mark.parametrize("fields", [{"photos": []}, {"id": "a b c d e"}, {"photos": ["x"] * 1001}, {"flag": "love"}])
def test_an_invalid_joint_decision_is_rejected(gateway: Application, path: str, fields: dict[str, Any]) -> None:
    body = {"id": "decision-1", "photos": ["x"], "flag": "pick", **fields}
    response = gateway.http.post(f"{path.partition('/photos')[0]}/decisions", json=body)
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")


def test_the_album_has_the_number_to_keep_of_later_selections(gateway: Application, path: str) -> None:
    album = path.partition("/photos")[0]
    assert gateway.http.request("PATCH", album, json={"keep": 12}).json()["keep"] == 12
    gateway.http.get(f"{album}/selection", params={"wait": 0.1})
    (message,) = gateway.redis.lrange(QUERY_QUEUE, 0, -1)
    query = json.loads(b64decode(json.loads(message)["body"]))[0][1]
    assert json.loads(query)["keep"] == 12
    assert gateway.http.request("PATCH", album, json={"keep": 0}).status_code == 422
