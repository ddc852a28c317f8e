"""Chosen fields of photos: what a response has, how large it is, and what the contract says of it."""

from typing import Any

import pytest
from tests.support.critiques import make_critique
from tests.unit.gateway.application import PHOTO, Application

from critic_core.contracts.album import AlbumPhoto
from critic_core.contracts.critique import Critique
from critic_core.contracts.photo import Photo
from critic_gateway.routes.fields import other_fields

SCORES = "state,critique.score,critique.percentile"


def with_embedding() -> Critique:
    critique = make_critique()
    large = {"embedding": "e" * 2000, "thumbnail": "t" * 1400, "colours": "c" * 200}
    return critique.model_copy(update={"fingerprint": critique.fingerprint.model_copy(update=large)})


def finished_photo(gateway: Application) -> str:
    photo_id = gateway.new_photo()
    gateway.jobs.finish(photo_id, with_embedding())
    return photo_id


def get(gateway: Application, path: str, fields: str | None = None) -> Any:
    return gateway.http.get(path, params={"fields": fields} if fields else {}).raise_for_status().json()


def test_a_client_of_scores_reads_scores_alone(gateway: Application) -> None:
    photo_id = finished_photo(gateway)
    response = gateway.http.get(f"/v1/photos/{photo_id}", params={"fields": SCORES})
    assert response.json() == {"id": photo_id, "state": "done", "critique": {"score": 71.5, "percentile": 80}}
    assert len(response.content) < 300


def test_pixels_and_embedding_are_sent_on_request_only(gateway: Application) -> None:
    path = f"/v1/photos/{finished_photo(gateway)}"
    usual, whole = get(gateway, path), get(gateway, path, "critique")
    assert set(usual["critique"]["fingerprint"]) == {"perceptual_hash", "difference_hash", "pixels_sha256"}
    assert whole["critique"]["fingerprint"]["embedding"] == "e" * 2000
    assert get(gateway, path, "critique.fingerprint")["critique"] == {"fingerprint": whole["critique"]["fingerprint"]}
    assert Photo.model_validate(usual).critique is not None


def test_a_field_and_a_part_of_it_are_the_field(gateway: Application) -> None:
    path = f"/v1/photos/{finished_photo(gateway)}"
    assert get(gateway, path, "critique.score,critique") == get(gateway, path, "critique")


def test_an_upload_has_the_chosen_fields_in_each_receipt(gateway: Application) -> None:
    params = {"fields": "state"}
    assert set(gateway.send(params=params).json()) == {"id", "state"}
    files = [("file", ("a.jpg", PHOTO)), ("file", ("b.jpg", b"plain text"))]
    first, second = gateway.http.post("/v1/photos", files=files, params=params).json()["photos"]
    assert (first["file_name"], set(first["photo"])) == ("a.jpg", {"id", "state"})
    assert second["problem"]["code"] == "photo_unsupported"


def test_lists_and_rankings_have_the_chosen_fields(gateway: Application) -> None:
    album = gateway.new_album().id
    receipt = gateway.http.post(f"/v1/albums/{album}/photos", content=PHOTO, params={"fields": "sha256"}).json()
    photo = receipt["photos"][0]["photo"]
    gateway.jobs.finish(photo["id"], make_critique())
    assert set(photo) == {"id", "sha256"}
    assert get(gateway, "/v1/photos", "album,summary.score")["photos"] == [
        {"id": photo["id"], "album": album, "summary": {"score": 71.5}}
    ]
    page = get(gateway, f"/v1/albums/{album}", "rank")
    assert (page["album"]["id"], page["photos"]) == (album, [{"id": photo["id"], "rank": 1}])


@pytest.mark.parametrize(
    "fields", ["", "score", "critique.", "critique.properties.sharpness", "state,,id", "state, id"]
)
@pytest.mark.parametrize("path", ["/v1/photos", "/v1/photos/{photo}", "/v1/albums/{album}"])
def test_an_unknown_field_is_an_invalid_request(gateway: Application, path: str, fields: str) -> None:
    path = path.format(photo=gateway.new_photo(), album=gateway.new_album().id)
    response = gateway.http.get(path, params={"fields": fields})
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")
    assert "fields" in response.json()["detail"]


def test_all_fields_are_chosen_without_a_choice() -> None:
    assert other_fields(AlbumPhoto, None) == {}
    assert other_fields(AlbumPhoto, set(AlbumPhoto.model_fields)) == {}
