"""Decisions about photos of an album."""

from typing import Any

import pytest
from tests.unit.gateway.application import PHOTO, Application

from critic_core.contracts.identity import new_photo_id


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
    for photo_id in (gateway.new_photo(), new_photo_id(), "x"):
        response = gateway.http.put(f"{path.rpartition('/photos')[0]}/photos/{photo_id}/decision", json={"stars": 1})
        assert (response.status_code, response.json()["code"]) == (404, "photo_not_found")
