"""What the autoscaler asks and tells the stack."""

import math
from collections.abc import Sequence

from infra.compose.project import EngineError, Project

GAUGE = "critic_backlog_photos"
# The edge hides /metrics, so a gateway is asked from inside. Each tells the whole backlog: any one will do.
ASK = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8000/metrics', timeout=4).read().decode())"
ASK_SECONDS, SCALE_SECONDS = 15, 120


class Engine:
    """The backlog and the workers of one Compose project."""

    def __init__(self, compose_options: Sequence[str] = ()) -> None:
        self._project = Project(compose_options)

    def backlog(self) -> float | None:
        """Photos queued, reserved and running; None when nobody can say."""
        try:
            return gauge(self._project.run("exec", "-T", "gateway", "python", "-c", ASK, seconds=ASK_SECONDS))
        except EngineError:
            return None

    def workers(self) -> int:
        """How many run, those that just start included. Raises EngineError."""
        return len(self._project.run("ps", "--quiet", "worker", seconds=ASK_SECONDS).split())

    def scale(self, workers: int) -> None:
        """Start or stop workers; those that are told to stop finish their photos first. Raises EngineError."""
        self._project.scale("worker", workers, SCALE_SECONDS)


def gauge(text: str) -> float | None:
    """The gauge's value in Prometheus' text; None where it is missing, or told as NaN because Redis is away."""
    values = [float(line.split()[-1]) for line in text.splitlines() if line.startswith(f"{GAUGE} ")]
    return values[0] if values and not math.isnan(values[0]) else None
