"""Thousands of photos in one album, page by page: each photo once, and the groups and scenes that they were made of.

`python -m tests.load.albums` measures the time of a page and the gateway's memory.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.e2e.gateway.conftest import Gateway, gateways
from tests.load.albums import QUERIES
from tests.support.large_album import BURST, SCENE, large_album

from critic_core.runtime.redis_client import connect
from critic_core.stores.album_results import AlbumResultStore
from critic_core.stores.albums import AlbumStore
from critic_core.stores.tastes import TasteStore
from critic_worker.albums.compute import compute_album_result

PHOTOS, KEEP, PAGE = 3000, 60, 1000

Json = dict[str, Any]


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with gateways(tmp_path_factory.mktemp("large")) as start:
        yield start()


@pytest.fixture(scope="module")
def album(gateway: Gateway) -> str:
    """Its results are computed in this process, by the worker's code."""
    client = connect(gateway.redis.url)
    album = large_album(client, PHOTOS)
    for query in QUERIES:
        compute_album_result(
            album, query.model_dump_json(), AlbumStore(client), AlbumResultStore(client), TasteStore(client)
        )
    return album


def page(gateway: Gateway, path: str, **params: Any) -> Json:
    answer: Json = gateway.client.get(path, params=params).raise_for_status().json()
    return answer


def pages(gateway: Gateway, path: str, **params: Any) -> Iterator[Json]:
    """All of them, by the cursor of the page before."""
    current = page(gateway, path, **params)
    yield current
    while cursor := current.get("next_cursor"):
        current = page(gateway, path, **params, cursor=cursor)
        yield current


@pytest.mark.parametrize("params", [{}, {"level": "scene"}], ids=["near", "scene"])
def test_groups_are_those_of_the_album(gateway: Gateway, album: str, params: Json) -> None:
    size = SCENE if params else BURST
    groups = [
        group for current in pages(gateway, f"/v1/albums/{album}/groups", **params) for group in current["groups"]
    ]
    assert len(groups) == PHOTOS // size
    assert {len(group["photos"]) for group in groups} == {size}


def test_the_ranking_has_every_photo_once(gateway: Gateway, album: str) -> None:
    ranking = [photo for current in pages(gateway, f"/v1/albums/{album}", limit=PAGE) for photo in current["photos"]]
    assert len({photo["id"] for photo in ranking}) == len(ranking) == PHOTOS
    scores = [photo["summary"]["score"] for photo in ranking]
    assert scores == sorted(scores, reverse=True)


def test_the_selection_has_every_photo_once_and_keeps_few_of_a_scene(gateway: Gateway, album: str) -> None:
    path = f"/v1/albums/{album}/selection"
    photos = [photo for current in pages(gateway, path, keep=KEEP, limit=PAGE) for photo in current["photos"]]
    assert len({photo["id"] for photo in photos}) == len(photos) == PHOTOS
    scenes = [photo["scene"] for photo in photos if photo["verdict"] == "keep"]
    assert len(scenes) == KEEP
    assert max(map(scenes.count, scenes)) <= 2
