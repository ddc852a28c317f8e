"""Offers a stack less and then more than it can carry, and tells what became of every upload.

    python -m tests.load.overload             # the stack of `photo-critic up`, at the gateway's own door
    python -m tests.load.overload --edge      # the stack of docker-compose.yml, through HAProxy

First the capacity C is measured: photos that are answered a second while far more are offered. Then Locust replays the
recorded scenario evenly at 0.8 C and at 2 C. Client and stack share this machine's cores.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.compose.conftest import built
from tests.load.becoming import REFUSED, Outcome, Told, told
from tests.load.replay import Sent
from tests.support.local_stack import LocalStack

ROOT = Path(__file__).parents[2]
FLOOD = 60.0  # photos a second to begin with
WARM_UP_SECONDS = 4.0  # until all processes have seen a photo, and the pace is known
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
        replay(stack, FLOOD, WARM_UP_SECONDS)
        carried = flood(stack, 15.0).answered_a_second()
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


def flood(stack: Loaded, seconds: float, rate: float = FLOOD) -> Outcome:
    """Far more than a stack can carry: at least every third photo is refused. It should be warm."""
    outcome = replay(stack, rate, seconds)
    return outcome if outcome.photos(REFUSED) > outcome.photos() / 3 else flood(stack, seconds, 2 * rate)


def replay(stack: Loaded, rate: float, seconds: float) -> Outcome:
    """The recorded scenario, at so many photos a second. Faults that Locust ends with are in the outcome, too."""
    began = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report"
        command = [sys.executable, "-m", "locust", "-f", "tests/load/locustfile.py", "--headless", "--only-summary"]
        wanted = {"--host": stack.url, "--rate": rate, "--seconds": seconds, "--report": report}
        options = [str(word) for option in wanted.items() for word in option]
        subprocess.run([*command, "--even", *options], cwd=ROOT, check=False, timeout=seconds + 150, stdout=sys.stderr)
        return Outcome(Sent.load(report), Told.by(stack.log().splitlines(), began))


def table(columns: dict[str, dict[str, str]]) -> str:
    """A column a load."""
    rows = next(iter(columns.values()))
    lines = [f"| | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    return "\n".join(lines + [f"| {row} | {' | '.join(each[row] for each in columns.values())} |" for row in rows])


if __name__ == "__main__":
    main()
