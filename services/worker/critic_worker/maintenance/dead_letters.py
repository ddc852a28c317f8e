"""Dead letters, for machines that only the workers' network reaches. `photo-critic dead-letters` is the same.

python -m critic_worker.maintenance.dead_letters             list them
python -m critic_worker.maintenance.dead_letters --replay    enqueue all of them again
"""

import argparse
import sys

from critic_core.contracts.errors import QueueUnavailable
from critic_core.runtime.redis_client import connect
from critic_core.stores.dead_letters import DeadLetter, dead_letters, replay
from critic_core.stores.jobs import JobStore
from critic_worker.settings import WorkerSettings


def main(arguments: list[str] | None = None) -> int:
    """0 when done, 2 when the queue is down."""
    options, settings = _parser().parse_args(arguments), WorkerSettings()
    store = JobStore(connect(settings.redis_url))
    try:
        print(replay(store, settings) if options.replay else _list(dead_letters(store)))  # noqa: T201 - a command prints
    except QueueUnavailable as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _list(letters: list[DeadLetter]) -> str:
    return "\n".join(map(_line, letters)) or "No dead letters."


def _line(letter: DeadLetter) -> str:
    created_at = f"{letter.created_at:%Y-%m-%d %H:%M}" if letter.created_at else ""
    return "  ".join(filter(None, [letter.photo_id, created_at, letter.file_name, letter.detail]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m critic_worker.maintenance.dead_letters",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--replay", action="store_true", help="enqueue all of them again")
    return parser


if __name__ == "__main__":
    sys.exit(main())
