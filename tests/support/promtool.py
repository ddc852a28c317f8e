"""Prometheus' own tool, which knows what rules and questions would answer."""

import shutil
import subprocess

from tests.support.missing import service_missing


def promtool(*arguments: str) -> None:
    """AssertionError, with what it said, when promtool is not content."""
    if shutil.which("promtool") is None:
        service_missing("no promtool (Debian's package prometheus)")
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
