"""The short form of `tests.load.peers`: the core time of a critique beside that of a bare request handler, in one run.

The ratio counts, of the cheapest rounds: load on the machine slows both.
"""

import logging
import sys
from pathlib import Path

from tests.load.peers import PEERS, Server, measure_round, running_peer, stack_server
from tests.support.local_stack import LocalStack
from tests.support.photos import DATA

RECORDED = 0.82
"""Core time of FastAPI over that of Photo Critic: `pytest --log-cli-level=info tests/e2e/test_speed.py`."""
LOG = logging.getLogger(__name__)
ROUNDS, PHOTOS = 4, 16
ROCKET = (DATA / "rocket.jpg").read_bytes()


def test_a_critique_costs_hardly_more_over_a_bare_handler_than_recorded(stack: LocalStack, tmp_path: Path) -> None:
    with running_peer(PEERS["FastAPI"], Path(sys.executable).parent, tmp_path) as bare:
        servers = bare, stack_server(stack)
        for server in servers:
            measure_round(server, [ROCKET], PHOTOS)  # processes start
        rounds = [[core_ms(server) for server in servers] for _ in range(ROUNDS)]
    handler, ours = (min(column) for column in zip(*rounds, strict=True))
    LOG.info("core-ms a photo: FastAPI %.1f, Photo Critic %.1f; ratio %.2f", handler, ours, handler / ours)
    assert handler / ours >= 0.9 * RECORDED, rounds


def core_ms(server: Server) -> float:
    return measure_round(server, [ROCKET], PHOTOS).core_ms
