"""Offers a stack less and then more than it can carry, and tells what became of every upload.

    python -m tests.load.overload             # the stack of `photo-critic up`, at the gateway's own door
    python -m tests.load.overload --edge      # the stack of docker-compose.yml, through HAProxy

First the capacity C is measured: photos a second while sixteen clients have an upload under way at every moment. Then
Locust replays the recorded scenario evenly at 0.8 C and at 2 C. Client and stack share this machine's cores.
"""

import argparse
import itertools
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from tests.compose.conftest import built
from tests.load.becoming import Outcome, Told, told
from tests.load.replay import RealPhotos, Sent, body
from tests.load.scenario import RECORDED, Scenario
from tests.support.local_stack import LocalStack

ROOT = Path(__file__).parents[2]
CLIENTS = 16
FACTORS = (0.8, 2.0)


@dataclass(frozen=True)
class Loaded:
    """A running stack: its door, and all that it has logged so far."""

    url: str
    log: Callable[[], str]


def main() -> None:
    """Measure, and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edge", action="store_true", help="in containers, through HAProxy")
    parser.add_argument("--seconds", type=float, default=60.0, help="of each load")
    parser.add_argument("--max-wait", type=float, default=4.0, help="CRITIC_MAX_WAIT_SECONDS of the stack")
    asked = parser.parse_args()
    with (composed if asked.edge else local)(asked.max_wait) as stack:
        carried = capacity(stack.url, 15.0, 5.0)
        columns = {
            f"{factor:g} C": told(replay(stack, factor * carried, asked.seconds), asked.seconds) for factor in FACTORS
        }
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, {stack.url}")
    print(f"C = {carried:.1f} photos/s, CRITIC_MAX_WAIT_SECONDS={asked.max_wait:g}\n")
    print(table(columns))


@contextmanager
def local(max_wait: float) -> Iterator[Loaded]:
    """`photo-critic up`: a gateway of its own, and nothing before it."""
    with tempfile.TemporaryDirectory() as folder:
        stack = LocalStack(Path(folder) / "data", LOG_FORMAT="json", MAX_WAIT_SECONDS=str(max_wait))
        stack.start()
        try:
            yield Loaded(stack.url, stack.said)
        finally:
            stack.stop()


@contextmanager
def composed(max_wait: float) -> Iterator[Loaded]:
    """The stack of docker-compose.yml, one replica of everything, behind its edge."""
    with built("tests/load/overload.yml", CRITIC_MAX_WAIT_SECONDS=str(max_wait)) as stack:
        stack.compose("up", "--detach", "--wait", seconds=150)
        yield Loaded(stack.url, lambda: stack.logs("gateway", "worker"))


def capacity(url: str, seconds: float, warm_up: float) -> float:
    """Photos a second that are answered while `CLIENTS` uploads are under way at every moment, once warm."""
    uploads, photos = itertools.cycle(Scenario.load(RECORDED).uploads), RealPhotos()
    turn, began, answered = threading.Lock(), time.monotonic() + warm_up, list[int]()

    def client(_: int) -> None:
        with httpx.Client(base_url=url, timeout=60, trust_env=False) as session:
            while time.monotonic() < began + seconds:
                with turn:
                    mine = [photos.like(size) for size in next(uploads).photos]
                kind, data = body(mine)
                answer = session.post("/v1/photos", params={"wait": 30}, content=data, headers={"Content-Type": kind})
                if answer.status_code == 200 and began <= time.monotonic() < began + seconds:
                    answered.append(len(mine))

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(client, range(CLIENTS)))
    return sum(answered) / seconds


def replay(stack: Loaded, rate: float, seconds: float) -> Outcome:
    """The recorded scenario, at so many photos a second. CalledProcessError when Locust saw a fault."""
    began = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report"
        command = [sys.executable, "-m", "locust", "-f", "tests/load/locustfile.py", "--headless", "--only-summary"]
        wanted = [
            "--host",
            stack.url,
            "--rate",
            str(rate),
            "--even",
            "--seconds",
            str(seconds),
            "--report",
            str(report),
        ]
        subprocess.run([*command, *wanted], cwd=ROOT, check=True, timeout=seconds + 150, stdout=sys.stderr)
        return Outcome(Sent.load(report), Told.by(stack.log().splitlines(), began))


def table(columns: dict[str, dict[str, str]]) -> str:
    """A column a load."""
    rows = next(iter(columns.values()))
    lines = [f"| | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    return "\n".join(lines + [f"| {row} | {' | '.join(each[row] for each in columns.values())} |" for row in rows])


if __name__ == "__main__":
    main()
