"""Core time of a critique in a bare request handler over that in Photo Critic: the short form of `tests.load.peers`.

    python -m tests.load.core_time

CI fails when the ratio falls below 0.9 of the recorded one. The cheapest rounds count: load slows both servers.
"""

import sys
import tempfile
from pathlib import Path

from tests.load.peers import OURS, PEERS, Server, measure_round, running_peer, stack
from tests.support.photos import DATA

RECORDED, TOLERATED = 0.79, 0.9  # the median of five runs, 0.74 to 0.88 with five rounds
ROUNDS, PHOTOS = 10, 16


def main() -> None:
    """Measure in turn, print, and exit with 1 when the ratio is too low."""
    photo = (DATA / "rocket.jpg").read_bytes()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (
            running_peer(PEERS["FastAPI"], Path(sys.executable).parent, folder) as bare,
            stack(folder / "ours") as ours,
        ):
            measure((bare, ours), photo)  # processes start
            rounds = [measure((bare, ours), photo) for _ in range(ROUNDS)]
    handler, critic = (min(column) for column in zip(*rounds, strict=True))
    ratio = handler / critic
    print(f"core-ms a photo: FastAPI {handler:.1f}, {OURS} {critic:.1f}; ratio {ratio:.2f}, recorded {RECORDED}")
    sys.exit(ratio < TOLERATED * RECORDED)


def measure(servers: tuple[Server, ...], photo: bytes) -> list[float]:
    """Core-milliseconds of a photo, by server."""
    return [measure_round(server, [photo], PHOTOS).core_ms for server in servers]


if __name__ == "__main__":
    main()
