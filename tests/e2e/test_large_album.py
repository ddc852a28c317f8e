"""Ten thousand photos in one album: each page comes at once, and the gateway's memory does not grow with the album."""

from collections.abc import Iterator
from statistics import median

import psutil
import pytest
from tests.e2e.gateway.conftest import Gateway, gateways
from tests.load.albums import QUESTIONS, ask, pages
from tests.support.large_album import BURST, SCENE, large_album

from critic_core.stores.album_results import AnswerStore
from critic_core.stores.albums import AlbumStore
from critic_core.stores.jobs import connect
from critic_worker.albums.compute import answer

PHOTOS = 10_000
PAGE_MILLISECONDS = 50
PATHS = ("", "/groups", "/groups?level=scene", "/selection?keep=60")


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with gateways(tmp_path_factory.mktemp("large")) as start:
        yield start()


@pytest.fixture(scope="module")
def album(gateway: Gateway) -> str:
    """Made and answered as a worker does, in this process."""
    client = connect(gateway.redis.url)
    album = large_album(client, PHOTOS)
    for question in QUESTIONS:
        answer(album, question.model_dump_json(), AlbumStore(client), AnswerStore(client))
    return album


@pytest.mark.parametrize("path", PATHS)
def test_a_page_comes_at_once(gateway: Gateway, album: str, path: str) -> None:
    taken = [milliseconds for _ in range(3) for milliseconds in pages(gateway, album, path)]
    assert median(taken) < PAGE_MILLISECONDS


def test_the_gateways_memory_stays_flat(gateway: Gateway, album: str) -> None:
    process = psutil.Process(gateway.process.pid)
    for path in PATHS:
        pages(gateway, album, path)
    before = process.memory_info().rss
    for path in PATHS:
        pages(gateway, album, path)
    assert process.memory_info().rss - before < 8e6


def test_each_photo_is_told_once_and_groups_are_those_that_were_made(gateway: Gateway, album: str) -> None:
    assert ask(gateway.client, album, "/groups", None)["total"] == PHOTOS // BURST
    assert ask(gateway.client, album, "/groups?level=scene", None)["total"] == PHOTOS // SCENE
    told, cursor = [], None
    while True:
        page = ask(gateway.client, album, "/selection?keep=60&limit=1000", cursor)
        told += [(one["id"], one["verdict"], one["scene"]) for one in page["photos"]]  # type: ignore[attr-defined]
        cursor = page.get("next_cursor")  # type: ignore[assignment]
        if cursor is None:
            break
    assert len({photo for photo, _, _ in told}) == PHOTOS
    kept = [scene for _, verdict, scene in told if verdict == "keep"]
    assert len(kept) == 60
    assert max(kept.count(scene) for scene in kept) <= 2
