"""A large album: how long its pages and its questions take, and what it costs the gateway.

    python -m tests.load.albums --photos 10000

A real queue server and a real gateway; the album is made as a worker would have left it. The worker's part (grouping
and choosing) runs in this process, on one core.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TypeVar

import httpx
import psutil
from tests.e2e.gateway.conftest import Gateway, gateways
from tests.support.large_album import large_album

from critic_core.contracts.album import GroupsQuestion, Question, SelectionQuestion, Thresholds
from critic_core.runtime.album_store import AlbumStore
from critic_core.runtime.answer_store import AnswerStore
from critic_core.runtime.job_store import connect
from critic_worker.albums.answering import answer
from critic_worker.albums.table import table

T = TypeVar("T")
QUESTIONS: tuple[Question, ...] = (
    GroupsQuestion(thresholds=Thresholds()),
    SelectionQuestion(keep=60, thresholds=Thresholds()),
)


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=10_000)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, gateways(Path(folder)) as start:
        measure(start(), told.photos)


def measure(gateway: Gateway, photos: int) -> None:
    """Print what an album of so many photos costs."""
    client = connect(gateway.redis.url)
    album, seconds = timed(lambda: large_album(client, photos))
    print(f"| {photos:,} photos added and answered in the store | {seconds / photos * 1000:.2f} ms each |")
    snapshot, seconds = timed(lambda: AlbumStore(client).snapshot(album))
    print(f"| worker: read their marks | {seconds:.2f} s |")
    _, seconds = timed(lambda: table(snapshot, Thresholds()))
    print(f"| worker: group them on all levels | {seconds:.2f} s |")
    for question in QUESTIONS:
        asked = question.model_dump_json()
        _, seconds = timed(lambda asked=asked: answer(album, asked, AlbumStore(client), AnswerStore(client)))
        print(f"| worker: {question.kind}, all in all | {seconds:.2f} s |")
    for path in ("", "/groups?", "/groups?level=scene", "/selection?keep=60"):
        print(f"| page of 100, `{path or '(ranking)'}`: median, slowest | {told(pages(gateway, album, path))} |")
    print(f"| gateway's memory before, after all pages | {memory_around(gateway, album)} |")


def pages(gateway: Gateway, album: str, path: str) -> list[float]:
    """Milliseconds of each page, first to last, after one that opens the connection."""
    gateway.client.get("/livez")
    cursor, taken = None, []
    while True:
        began = time.perf_counter()
        page = ask(gateway.client, album, path, cursor)
        taken.append(1000 * (time.perf_counter() - began))
        cursor = page.get("next_cursor")
        if cursor is None:
            return taken


def ask(client: httpx.Client, album: str, path: str, cursor: str | None) -> dict[str, object]:
    """One page."""
    name, _, query = path.partition("?")
    params = dict(pair.split("=") for pair in query.split("&") if pair) | ({"cursor": cursor} if cursor else {})
    answer = client.get(f"/v1/albums/{album}{name}", params=params)
    assert answer.status_code == 200, answer.text
    told: dict[str, object] = answer.json()
    return told


def memory_around(gateway: Gateway, album: str) -> str:
    """Megabytes of the gateway before and after all of an album was told ten times."""
    process = psutil.Process(gateway.process.pid)
    before = process.memory_info().rss
    for _ in range(10):
        pages(gateway, album, "")
        pages(gateway, album, "/selection?keep=60")
    return f"{before / 1e6:.0f} MB, {process.memory_info().rss / 1e6:.0f} MB"


def told(milliseconds: list[float]) -> str:
    """A figure for people."""
    return f"{median(milliseconds):.1f} ms, {max(milliseconds):.1f} ms ({len(milliseconds)} pages)"


def timed(call: Callable[[], T]) -> tuple[T, float]:
    """What `call` returns, and the seconds it took."""
    began = time.perf_counter()
    return call(), time.perf_counter() - began


if __name__ == "__main__":
    main()
