"""`python -m tests.support.small_stack FOLDER SERVICES`: the real supervisor over tiny stand-in processes.

SERVICES is JSON, `[[name, Python code, stop_seconds], …]`. The pids are kept in FOLDER/pids.json, as they change.
The disk counts as full while FOLDER/full exists.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from critic_cli.errors import CommandError
from critic_cli.stack.prefixed_output import PrefixedOutput
from critic_cli.stack.service import Service
from critic_cli.stack.supervisor import Supervisor


def _record(folder: Path, pids: Mapping[str, int]) -> None:
    part = folder / "pids.part"
    part.write_text(json.dumps(dict(pids)))
    part.replace(folder / "pids.json")


def main(folder: Path, definitions: list[tuple[str, str, float]]) -> None:
    """Run until stopped."""
    services = [
        Service(name, (sys.executable, "-u", "-c", code), {"FOLDER": str(folder)}, seconds)
        for name, code, seconds in definitions
    ]
    output = PrefixedOutput(tuple(service.name for service in services))
    full = folder / "full"
    Supervisor(services, output, lambda pids: _record(folder, pids), lambda: not full.exists()).run()


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), json.loads(sys.argv[2]))
    except CommandError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
