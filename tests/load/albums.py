"""A large album: latency of its pages and queries, and memory of the gateway.

    python -m tests.load.albums --photos 10000

A real queue server and a real gateway, with an album as workers leave it. The worker's part (grouping and selection)
runs in this process, on one core.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import TypeVar

import httpx
import psutil
from tests.e2e.gateway.conftest import Gateway, gateways
from tests.support.large_album import large_album

from critic_core.contracts.album import AlbumQuery, GroupsQuery, SelectionQuery, Thresholds
from critic_core.runtime.redis_client import connect
from critic_core.stores.album_results import AlbumResultStore
from critic_core.stores.albums import AlbumStore
from critic_core.stores.tastes import TasteStore
from critic_worker.albums.compute import compute_album_result
from critic_worker.albums.table import album_table

Result = TypeVar("Result")
QUERIES: tuple[AlbumQuery, ...] = (
    GroupsQuery(thresholds=Thresholds()),
    SelectionQuery(keep=60, thresholds=Thresholds()),
)


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=10_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, gateways(Path(folder)) as start:
        measure(start(), arguments.photos)


def measure(gateway: Gateway, photos: int) -> None:
    """Print the costs of an album."""
    client = connect(gateway.redis.url)
    album, seconds = timed(lambda: large_album(client, photos))
    print(f"| {photos:,} photos added and scored in the store | {seconds / photos * 1000:.2f} ms each |")
    snapshot, seconds = timed(lambda: AlbumStore(client).snapshot(album))
    print(f"| worker: read their features | {seconds:.2f} s |")
    _, seconds = timed(lambda: album_table(snapshot, Thresholds()))
    print(f"| worker: group them on all levels | {seconds:.2f} s |")
    for query in QUERIES:
        stores = AlbumStore(client), AlbumResultStore(client), TasteStore(client)
        _, seconds = timed(partial(compute_album_result, album, query.model_dump_json(), *stores))
        print(f"| worker: {query.kind}, in total | {seconds:.2f} s |")
    for path in ("", "/groups?", "/groups?level=scene", "/selection?keep=60"):
        times = render_times(page_times(gateway, album, path))
        print(f"| page of 100, `{path or '(ranking)'}`: median, slowest | {times} |")
    print(f"| gateway's memory before, after all pages | {memory_before_and_after(gateway, album)} |")


def page_times(gateway: Gateway, album: str, path: str) -> list[float]:
    """Milliseconds of each page in order, after a request that opens the connection."""
    gateway.client.get("/livez")
    cursor, times = None, []
    while True:
        began = time.perf_counter()
        page = read_page(gateway.client, album, path, cursor)
        times.append(1000 * (time.perf_counter() - began))
        cursor = page.get("next_cursor")
        if cursor is None:
            return times


def read_page(client: httpx.Client, album: str, path: str, cursor: str | None) -> dict[str, object]:
    """One page."""
    name, _, query = path.partition("?")
    params = dict(pair.split("=") for pair in query.split("&") if pair) | ({"cursor": cursor} if cursor else {})
    reply = client.get(f"/v1/albums/{album}{name}", params=params)
    assert reply.status_code == 200, reply.text
    page: dict[str, object] = reply.json()
    return page


def memory_before_and_after(gateway: Gateway, album: str) -> str:
    """Megabytes of the gateway before and after ten reads of all pages."""
    process = psutil.Process(gateway.process.pid)
    before = process.memory_info().rss
    for _ in range(10):
        page_times(gateway, album, "")
        page_times(gateway, album, "/selection?keep=60")
    return f"{before / 1e6:.0f} MB, {process.memory_info().rss / 1e6:.0f} MB"


def render_times(milliseconds: list[float]) -> str:
    """Median, maximum and number of pages as text."""
    return f"{median(milliseconds):.1f} ms, {max(milliseconds):.1f} ms ({len(milliseconds)} pages)"


def timed(call: Callable[[], Result]) -> tuple[Result, float]:
    """The result of `call`, and its duration in seconds."""
    began = time.perf_counter()
    return call(), time.perf_counter() - began


if __name__ == "__main__":
    main()
