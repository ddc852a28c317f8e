"""Groups, selection and export: results in pages, pending results, parameters."""

from typing import Any

import pytest
from tests.unit.gateway.application import Application

from critic_core.contracts.album import (
    QUERY_QUEUE,
    Album,
    GroupsQuery,
    Proposal,
    SelectionQuery,
    Thresholds,
    Verdict,
    query_digest,
)
from critic_core.stores.album_results import ResultSection

GROUPS, SELECTION = GroupsQuery(thresholds=Thresholds()), SelectionQuery(keep=1, thresholds=Thresholds())


def save_groups(gateway: Application, album: Album, count: int, revision: int = 0) -> None:
    head = f'{{"revision":{revision},"level":"near","thresholds":{{}},"total":{count}}}'
    section = ResultSection(head, [f'{{"number":{number}}}' for number in range(count)])
    gateway.results.save(album.id, query_digest(GROUPS), revision, 0, {"near": section})


def save_selection(gateway: Application, album: Album, file_name: str = "a.jpg") -> None:
    proposal = Proposal(
        id="p",
        file_name=file_name,
        sha256="0",
        verdict=Verdict.keep,
        rank=1,
        quality=1,
        score=90,
        percentile=9,
        reasons=(),
    )
    head = '{"revision":0,"requested":1,"per_scene":2,"keep":1,"maybe":0,"reject":0}'
    section = ResultSection(head, [proposal.model_dump_json()])
    gateway.results.save(album.id, query_digest(SELECTION), 0, 0, {"photos": section})


@pytest.fixture
def album(gateway: Application) -> Album:
    return gateway.new_album(name="Zoë")


@pytest.mark.parametrize("path", ["groups?wait=0", "selection?wait=0", "export?format=csv&wait=0"])
def test_a_result_that_is_not_computed_is_pending(gateway: Application, album: Album, path: str) -> None:
    response = gateway.http.get(f"/v1/albums/{album.id}/{path}")
    assert (response.status_code, response.headers["retry-after"]) == (202, "2")
    assert response.headers["content-type"] == "application/json"
    assert response.json() == {
        "code": "album_result_pending",
        "title": "The result is not computed yet",
        "detail": "The album's result is still being computed; send the request again after `Retry-After`.",
        "status": 202,
        "permanent": False,
    }


def test_a_long_poll_sends_the_query_to_a_worker_once(gateway: Application, album: Album) -> None:
    for _ in range(2):
        assert gateway.http.get(f"/v1/albums/{album.id}/groups", params={"wait": 0.2}).status_code == 202
    assert gateway.redis.llen(QUERY_QUEUE) == 1


def test_pages_belong_to_one_result(gateway: Application, album: Album) -> None:
    save_groups(gateway, album, 5)
    numbers: list[int] = []
    params: dict[str, Any] = {"limit": 2}
    while True:
        page = gateway.http.get(f"/v1/albums/{album.id}/groups", params=params).json()
        numbers += [group["number"] for group in page["groups"]]
        if "next_cursor" not in page:
            break
        save_groups(gateway, album, 1, page["revision"] + 1)
        params["cursor"] = page["next_cursor"]
    assert numbers == [0, 1, 2, 3, 4]


def test_a_selection_has_its_head_and_photos(gateway: Application, album: Album) -> None:
    save_selection(gateway, album)
    page = gateway.http.get(f"/v1/albums/{album.id}/selection", params={"keep": 1}).json()
    assert (page["requested"], [photo["file_name"] for photo in page["photos"]]) == (1, ["a.jpg"])


def test_a_selection_of_one_verdict(gateway: Application, album: Album) -> None:
    save_selection(gateway, album, file_name='"verdict":"reject".jpg')
    for verdict, ids in (("keep", ["p"]), ("reject", [])):
        params = {"wait": 0, "keep": 1, "verdict": verdict}
        page = gateway.http.get(f"/v1/albums/{album.id}/selection", params=params).raise_for_status().json()
        assert [photo["id"] for photo in page["photos"]] == ids


def test_an_export_is_a_file_with_the_albums_name(gateway: Application, album: Album) -> None:
    save_selection(gateway, album)
    response = gateway.http.get(f"/v1/albums/{album.id}/export", params={"keep": 1, "format": "csv"})
    assert response.headers["content-type"].startswith("text/csv")
    assert "filename*=UTF-8''Zo%C3%AB.csv" in response.headers["content-disposition"]
    assert "a.jpg,keep" in response.text


@pytest.mark.parametrize(
    "path",
    [
        "groups?near_bits=65", "groups?near_cosine=2", "groups?scene_seconds=0", "groups?nearness=1",
        "groups?level=twins", "groups?cursor=x", "selection?keep=0", "export?format=pdf", "export",
        "export?format=csv&stars=1", "export?format=xmp&sidecars=x",
    ],
)  # fmt: skip
def test_invalid_parameters_are_rejected(gateway: Application, album: Album, path: str) -> None:
    response = gateway.http.get(f"/v1/albums/{album.id}/{path}")
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")
