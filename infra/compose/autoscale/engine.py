"""The stack, asked and told by Docker's own commands. Which stack: -p, -f and the variables that Compose reads."""

import math
import subprocess
from collections.abc import Sequence

GAUGE = "critic_backlog_photos"
# The edge hides /metrics, so a gateway is asked from inside. Each tells the whole backlog: any one will do.
ASK = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8000/metrics', timeout=4).read().decode())"
ASK_SECONDS, SCALE_SECONDS = 15, 120


class EngineError(Exception):
    """A Docker command failed; the message is what it said."""


class Engine:
    """One Compose project."""

    def __init__(self, compose_options: Sequence[str] = ()) -> None:
        self._compose = ["docker", "compose", *compose_options]

    def backlog(self) -> float | None:
        """Photos queued, reserved and running; None when nobody can say."""
        try:
            return gauge(self._run("exec", "-T", "gateway", "python", "-c", ASK, seconds=ASK_SECONDS))
        except EngineError:
            return None

    def workers(self) -> int:
        """How many run, those that just start included. Raises EngineError."""
        return len(self._run("ps", "--quiet", "worker", seconds=ASK_SECONDS).split())

    def scale(self, workers: int) -> None:
        """Start or stop workers; those that are told to stop finish their photos first. Raises EngineError."""
        # Nothing else of the stack is touched, whatever has changed in its files meanwhile.
        how = ("--detach", "--no-deps", "--no-recreate", "--no-build", "--scale", f"worker={workers}")
        self._run("up", *how, "worker", seconds=SCALE_SECONDS)

    def _run(self, *arguments: str, seconds: float) -> str:
        command = [*self._compose, *arguments]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)  # noqa: S603 - no shell
        except (OSError, subprocess.TimeoutExpired) as error:
            raise EngineError(str(error)) from error
        if done.returncode != 0:
            raise EngineError(done.stderr.strip())
        return done.stdout


def gauge(text: str) -> float | None:
    """The gauge's value in Prometheus' text; None where it is missing, or told as NaN because Redis is away."""
    values = [float(line.split()[-1]) for line in text.splitlines() if line.startswith(f"{GAUGE} ")]
    return values[0] if values and not math.isnan(values[0]) else None
