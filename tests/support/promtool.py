"""Prometheus' own tool, which knows what rules and questions would answer."""

import os
import shutil
import subprocess

import pytest


def promtool(*arguments: str) -> None:
    """AssertionError, with what it said, when promtool is not content."""
    if shutil.which("promtool") is None:
        reason = "no promtool (Debian's package prometheus)"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
