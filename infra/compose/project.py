"""A Compose project, asked and told by Docker's own commands. Which: -p, -f and the variables that Compose reads."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from tarfile import TarError
from tempfile import TemporaryFile
from typing import IO

SHORT, LONG = 60.0, 300.0
"""Seconds for a command that asks, and for one that starts or stops."""


class EngineError(Exception):
    """A Docker command failed; the message is what it said."""


class Project:
    """One Compose project."""

    def __init__(self, compose_options: Sequence[str] = ()) -> None:
        self._compose = ["docker", "compose", *compose_options]

    def run(self, *arguments: str, seconds: float) -> str:
        """What `docker compose` prints. Raises EngineError."""
        return _output([*self._compose, *arguments], seconds)

    def scale(self, service: str, replicas: int, seconds: float) -> None:
        """Set the number of replicas of a service; leave those that run, and all else, as they are. Raises EngineError.

        What it depends on is told with the replicas that it has, or Compose would scale that back. `--no-deps` would
        not do: containers made with it are no longer those that the files describe, and the next `up` replaces them.
        """
        kept = {one: len(self.containers(one)) or 1 for one in self._needs(service)}
        told = [
            word for name, number in {**kept, service: replicas}.items() for word in ("--scale", f"{name}={number}")
        ]
        self.run("up", "--detach", "--no-recreate", "--no-build", *told, service, seconds=seconds)

    def containers(self, service: str) -> list[str]:
        """The ids of its containers, those that fail to start included. Raises EngineError."""
        return self.run("ps", "--all", "--quiet", service, seconds=SHORT).split()

    def _needs(self, service: str) -> set[str]:
        """The services that it depends on, and those that they depend on."""
        services = json.loads(self.run("config", "--format", "json", seconds=SHORT))["services"]
        found: set[str] = set()
        looking = [service]
        while looking:
            new = set(services.get(looking.pop(), {}).get("depends_on", {})) - found
            found |= new
            looking += new
        return found

    @contextmanager
    def reading(self, *arguments: str) -> Iterator[IO[bytes]]:
        """The bytes that a command writes, as they come. Raises EngineError at the end of the block, when it failed."""
        with self._started(arguments, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            yield process.stdout

    @contextmanager
    def writing(self, *arguments: str, into: IO[bytes] | None = None) -> Iterator[IO[bytes]]:
        """What a command reads, to be written in the block; what it prints goes `into` a file. Raises as `reading`."""
        with self._started(arguments, stdin=subprocess.PIPE, stdout=into or subprocess.DEVNULL) as process:
            assert process.stdin is not None
            yield process.stdin
            process.stdin.close()

    @contextmanager
    def _started(
        self, arguments: Sequence[str], stdout: int | IO[bytes], stdin: int = subprocess.DEVNULL
    ) -> "Iterator[subprocess.Popen[bytes]]":
        command, cut_off = [*self._compose, *arguments], None
        with TemporaryFile() as said:
            with subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=said) as process:  # noqa: S603 - no shell
                try:
                    yield process
                except (BrokenPipeError, TarError) as error:
                    cut_off = error  # most likely it ended early, and says why
                except BaseException:
                    process.kill()
                    raise
            if process.returncode != 0:
                said.seek(0)
                raise EngineError(said.read().decode(errors="replace").strip()) from cut_off
            if cut_off:
                raise cut_off


def docker(*arguments: str, seconds: float, both: bool = False) -> str:
    """What a command about single containers prints, which Compose has no word for; `both` outputs, where logs are.

    Raises EngineError.
    """
    return _output(["docker", *arguments], seconds, subprocess.STDOUT if both else subprocess.PIPE)


def _output(command: list[str], seconds: float, errors: int = subprocess.PIPE) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - no shell
            command, stdout=subprocess.PIPE, stderr=errors, text=True, timeout=seconds, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EngineError(str(error)) from error
    if done.returncode != 0:
        raise EngineError((done.stderr or done.stdout).strip())
    return done.stdout
