"""A newcomer's machine with Python, make and git alone: a fresh clone passes `make test`, `make run` scores a photo."""

import json
import os
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.compose.stack import ROOT, run
from tests.support.passed_elsewhere import passed_tests
from tests.support.waiting import until

IMAGE, IDLE = "python:3.13-slim", ["sleep", "infinity"]
PIP_CACHE = "photo-critic-test-pip:/root/.cache/pip"  # a volume of downloads alone, for the next run
PRECEDENCE = ["--cpu-shares", "256"]  # a quarter of what a container of the tests beside it has
SETUP = """
    apt-get update -qq && apt-get install -y -qq --no-install-recommends make git curl &&
    git config --global safe.directory '*' && git clone --quiet /source .
"""
INSTALL_SECONDS, TEST_SECONDS = 600, 1800
READY = "curl --silent --fail http://127.0.0.1:8000/readyz"

pytestmark = [pytest.mark.compose, pytest.mark.timeout(INSTALL_SECONDS + TEST_SECONDS)]


class Machine:
    """A container."""

    def __init__(self) -> None:
        self._name = f"photo-critic-test-bare-{uuid.uuid4().hex[:8]}"
        mounted = ["--volume", f"{ROOT}:/source:ro", "--volume", PIP_CACHE, "--workdir", "/photo-critic"]
        run(["docker", "run", "--detach", "--init", *PRECEDENCE, *mounted, "--name", self._name, IMAGE, *IDLE], 60)

    def sh(self, script: str, seconds: float = 60) -> subprocess.CompletedProcess[str]:
        """Run it in the folder of the clone, whatever its exit status."""
        command = ["docker", "exec", self._name, "bash", "-c", script]
        return subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)

    def remove(self) -> None:
        run(["docker", "rm", "--force", self._name], 300)


@pytest.fixture(scope="module")
def machine(engine: None) -> Iterator[Machine]:
    """With a fresh clone of this repository's newest commit."""
    machine = Machine()
    try:
        done = machine.sh(SETUP, INSTALL_SECONDS)
        assert done.returncode == 0, done.stdout + done.stderr
        yield machine
    finally:
        machine.remove()


def test_there_is_nothing_but_python(machine: Machine) -> None:
    assert machine.sh("command -v docker chromium exiftool tritonserver promtool").stdout == ""
    assert machine.sh("env | grep ^CRITIC_").stdout == ""


def test_make_test_passes(machine: Machine) -> None:
    ran = machine.sh("PYTEST_ADDOPTS='-rap --no-fold-skipped' make test", INSTALL_SECONDS + TEST_SECONDS)
    if (file := os.environ.get("PASSED_ON_BARE_MACHINE")) and not run(["git", "status", "--porcelain"], 30):
        Path(file).write_text("\n".join(passed_tests(ran.stdout)), "utf-8")  # what was tested is what is here
    assert ran.returncode == 0, without_passed(ran.stdout)[-20_000:] + ran.stderr
    assert " passed" in ran.stdout.splitlines()[-1]


def without_passed(output: str) -> str:
    return "\n".join(line for line in output.splitlines() if not line.startswith("PASSED "))


def test_make_run_scores_a_photo(machine: Machine) -> None:
    machine.sh("(make run &) > run.log 2>&1", INSTALL_SECONDS)
    until(lambda: machine.sh(READY).returncode == 0, INSTALL_SECONDS, "the stack's readiness")
    upload = "curl --silent --form file=@tests/data/rocket.jpg 'http://127.0.0.1:8000/v1/photos?wait=30'"
    photo = json.loads(machine.sh(upload).stdout)
    assert 0 <= photo["critique"]["score"] <= 100
    table = machine.sh(".venv/bin/photo-critic score tests/data/rocket.jpg").stdout
    assert "rocket.jpg" in table
