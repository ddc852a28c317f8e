"""The examples as a user runs them."""

import subprocess
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"


def run(environment: dict[str, str], *command: str | Path, cwd: Path | None = None) -> str:
    """The standard output of a command that must succeed."""
    ran = subprocess.run(command, env=environment, cwd=cwd, capture_output=True, text=True, timeout=240, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout
