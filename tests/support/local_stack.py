"""The real stack on this machine, started as a user starts it: `photo-critic up`."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import psutil
from tests.support.missing import service_missing
from tests.support.ports import free_port
from tests.support.waiting import until

from critic_cli.stack import parent_death
from critic_cli.stack.data_folder import DataFolder, RunningStack
from critic_core.contracts.photo import Photo
from critic_core.runtime.packaged import packaged_folder

START_SECONDS = 240  # on a machine with ten times as much to do; a few seconds otherwise
STOP_SECONDS = 60


class LocalStack:
    """One `photo-critic up` on a free port. `settings` become CRITIC_ variables; `python`: of its environment."""

    def __init__(self, data_folder: Path, python: str = sys.executable, **settings: str) -> None:
        self.data_folder, self.python, self.settings = data_folder, python, settings
        self.port = free_port()
        self.started_in = Path.cwd()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = data_folder.with_name(f"{data_folder.name}.log")
        self.process: subprocess.Popen[bytes]

    def start(self) -> None:
        """Come back when it is ready. AssertionError, with its log, when it is not in time."""
        self.start_only()
        try:
            until(self.ready, START_SECONDS, "the stack's readiness")
        except AssertionError as error:
            raise AssertionError(f"{error}; it said:\n{self.said()}") from None

    def start_only(self) -> None:
        """Without waiting for anything."""
        arguments = ["up", "--port", str(self.port), "--data-folder", str(self.data_folder)]
        environment = {**os.environ, **{f"CRITIC_{name}": value for name, value in self.settings.items()}}
        # parent_death: a test run that is killed leaves no stack behind.
        up = [self.python, "-P", "-m", "critic_cli", *arguments]
        command = [self.python, parent_death.__file__, str(os.getpid()), *up]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, env=environment, cwd=self.started_in, stdout=log, stderr=log, start_new_session=True
            )

    def ready(self) -> bool:
        """True when /readyz says so; AssertionError when the process has ended."""
        assert self.process.poll() is None, f"`up` ended with {self.process.returncode}"
        try:
            return httpx.get(f"{self.url}/readyz", timeout=10, trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    def said(self) -> str:
        """Everything it wrote."""
        return self.log.read_text(errors="replace")

    def note(self) -> RunningStack:
        """What it noted about itself in its data folder."""
        note = DataFolder(self.data_folder).running_stack()
        assert note is not None
        return note

    def processes(self) -> list[psutil.Process]:
        """Itself and everything it started."""
        itself = psutil.Process(self.process.pid)
        return [itself, *itself.children(recursive=True)]

    def service(self, name: str) -> psutil.Process:
        """The process of one service."""
        return next(child for child in self.children() if _is(child, name))

    def children(self) -> list[psutil.Process]:
        """The services."""
        return psutil.Process(self.process.pid).children()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send the signal and wait; returns the exit code."""
        self.process.send_signal(number)
        return self.process.wait(STOP_SECONDS)

    def client(self, **options: Any) -> httpx.Client:
        """A client of its REST API."""
        return httpx.Client(base_url=self.url, timeout=60, trust_env=False, **options)


def _is(process: psutil.Process, name: str) -> bool:
    if name == "queue":
        return Path(process.exe()).name in ("valkey-server", "redis-server")
    return f"critic_{name}" in process.cmdline()


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that still run; one that only waits to be collected by its parent does not."""
    return [process for process in processes if process.is_running() and _status(process) != psutil.STATUS_ZOMBIE]


def _status(process: psutil.Process) -> str:
    try:
        return str(process.status())
    except psutil.NoSuchProcess:
        return psutil.STATUS_ZOMBIE


def served_model() -> Path:
    """The folder of the newest version that a stack started here serves; skips, or fails in CI, when there is none."""
    repository = os.environ.get("CRITIC_MODEL_REPOSITORY")
    shipped = packaged_folder("critic_inference", "model_repository", "services/inference/model_repository")
    versions = sorted((Path(repository) if repository else shipped).glob("aesthetics/*/manifest.json"))
    if not versions:
        service_missing("there is no model here: `make model` trains one")
    return versions[-1].parent


def photo_of(answer: httpx.Response, status: int = 200) -> Photo:
    """The photo in an answer that must have that status."""
    assert answer.status_code == status, answer.text
    return Photo.model_validate_json(answer.content)
