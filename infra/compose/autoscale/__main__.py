"""Scales the workers of a Compose stack by what waits for them, as KEDA does on Kubernetes (docs/autoscaling.md).

    python -m infra.compose.autoscale                                    the stack of this folder, until Ctrl-C
    python -m infra.compose.autoscale --most 4 --photos-per-worker 50
    python -m infra.compose.autoscale --compose="-p another -f docker-compose.yml -f infra/compose/gpu.yml"

Needs the stack up, Docker's command line and Python alone. What runs when it ends stays.
"""

import argparse
import shlex
import signal
import sys
import threading
import time
from dataclasses import fields

from infra.compose.autoscale.engine import Engine
from infra.compose.autoscale.rule import Decision, Look, Rule, decide
from infra.compose.project import EngineError


def main() -> int:
    """Look, decide, scale, wait; until told to stop. The exit status."""
    told = _arguments()
    rule = Rule(**{field.name: getattr(told, field.name) for field in fields(Rule)})
    engine, ending = Engine(shlex.split(told.compose)), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    try:
        _follow(engine, rule, told.every, ending)
    except EngineError as error:
        _say(f"no stack to scale: {error}")
        return 1
    return 0


def _follow(engine: Engine, rule: Rule, every: float, ending: threading.Event) -> None:
    """Raises EngineError when there is nothing to follow; later, one failure is no reason to end."""
    running = engine.workers()
    if not running:
        raise EngineError("no worker runs")
    # Who has just begun knows of no reason to let anybody go: what runs counts as asked for.
    looks = [Look(time.monotonic(), running, None)]
    while not ending.is_set():
        try:
            looks = _look(engine, rule, looks)
            _act(engine, looks[-1], decide(rule, looks))
        except EngineError as error:
            _say(f"not scaled: {error}")
        ending.wait(every)


def _look(engine: Engine, rule: Rule, looks: list[Look]) -> list[Look]:
    """What was seen before and is still of use, and what is seen now. Raises EngineError."""
    backlog, running, now = engine.backlog(), engine.workers(), time.monotonic()
    return [*(look for look in looks if now - look.at <= rule.memory_seconds), Look(now, running, backlog)]


def _act(engine: Engine, look: Look, decision: Decision) -> None:
    if decision.workers == look.running:
        if look.backlog is None:
            _say(decision.why)
        return
    _say(f"{look.running} → {decision.workers} workers: {decision.why}")
    engine.scale(decision.workers)


def _say(sentence: str) -> None:
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {sentence}\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m infra.compose.autoscale", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--compose", default="", help="options of `docker compose` that name the stack")
    parser.add_argument("--every", type=float, default=5, help="seconds between two looks (5)")
    for field in fields(Rule):
        option = f"--{field.name.replace('_', '-')}"
        told = f"{field.metadata['help']} ({field.default:g})"
        parser.add_argument(option, type=type(field.default), default=field.default, help=told)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
