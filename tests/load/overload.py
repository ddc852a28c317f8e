"""Loads a stack below and above its capacity, and reports the outcome of every upload.

    python -m tests.load.overload             # the stack of `photo-critic up`, directly at the gateway
    python -m tests.load.overload --edge      # the stack of docker-compose.yml, through HAProxy

First it measures the capacity C: photos scored a second under a much higher load. Then Locust replays the recorded
scenario evenly at 0.8 C and at 2 C. Client and stack share this machine's cores.
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
from tests.load.outcome import REJECTED, Outcome, ServiceLogs, summary
from tests.load.replay import Sent
from tests.support.local_stack import LocalStack

ROOT = Path(__file__).parents[2]
FLOOD = 60.0  # photos a second to begin with
WARM_UP_SECONDS = 4.0  # until all processes have scored a photo, and the throughput is known
FACTORS = (0.8, 2.0)


@dataclass(frozen=True)
class Loaded:
    """A running stack: its address and its log so far."""

    url: str
    log: Callable[[], str]


def main() -> None:
    """Measure, and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--edge", action="store_true", help="in containers, through HAProxy")
    parser.add_argument("--seconds", type=float, default=60.0, help="of each load")
    parser.add_argument("--max-wait", type=float, default=4.0, help="CRITIC_MAX_WAIT_SECONDS of the stack")
    arguments = parser.parse_args()
    with (composed if arguments.edge else local)(arguments.max_wait) as stack:
        replay(stack, FLOOD, WARM_UP_SECONDS)
        capacity = flood(stack, 15.0).scored_per_second()
        columns = {
            f"{factor:g} C": summary(replay(stack, factor * capacity, arguments.seconds), arguments.seconds)
            for factor in FACTORS
        }
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, {stack.url}")
    print(f"C = {capacity:.1f} photos/s, CRITIC_MAX_WAIT_SECONDS={arguments.max_wait:g}\n")
    print(table(columns))


@contextmanager
def local(max_wait: float) -> Iterator[Loaded]:
    """`photo-critic up`: the gateway without an edge."""
    with tempfile.TemporaryDirectory() as folder:
        stack = LocalStack(Path(folder) / "data", LOG_FORMAT="json", MAX_WAIT_SECONDS=str(max_wait))
        stack.start()
        try:
            yield Loaded(stack.url, stack.said)
        finally:
            stack.stop()


@contextmanager
def composed(max_wait: float) -> Iterator[Loaded]:
    """The stack of docker-compose.yml, one replica of each service, behind its edge."""
    with built("tests/load/overload.yml", CRITIC_MAX_WAIT_SECONDS=str(max_wait)) as stack:
        stack.compose("up", "--detach", "--wait", seconds=150)
        yield Loaded(stack.url, lambda: stack.logs("gateway", "worker"))


def flood(stack: Loaded, seconds: float, rate: float = FLOOD) -> Outcome:
    """A load above the capacity: more than a third of the photos are rejected. The stack should be warm."""
    outcome = replay(stack, rate, seconds)
    return outcome if outcome.photos(REJECTED) > outcome.photos() / 3 else flood(stack, seconds, 2 * rate)


def replay(stack: Loaded, rate: float, seconds: float) -> Outcome:
    """The recorded scenario at a rate of photos a second. Failures are in the outcome, not in Locust's exit status."""
    began = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report"
        command = [sys.executable, "-m", "locust", "-f", "tests/load/locustfile.py", "--headless", "--only-summary"]
        parameters = {"--host": stack.url, "--rate": rate, "--seconds": seconds, "--report": report}
        options = [str(word) for option in parameters.items() for word in option]
        subprocess.run([*command, "--even", *options], cwd=ROOT, check=False, timeout=seconds + 150, stdout=sys.stderr)
        return Outcome(Sent.load(report), ServiceLogs.parse(stack.log().splitlines(), began))


def table(columns: dict[str, dict[str, str]]) -> str:
    """One column per load."""
    rows = next(iter(columns.values()))
    lines = [f"| | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    return "\n".join(lines + [f"| {row} | {' | '.join(column[row] for column in columns.values())} |" for row in rows])


if __name__ == "__main__":
    main()
