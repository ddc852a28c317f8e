"""A Compose project, driven by Docker's own commands and selected by -p, -f and Compose's environment variables."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from tarfile import TarError
from tempfile import TemporaryFile
from typing import IO

SHORT, LONG = 60.0, 300.0
"""Timeouts in seconds: of queries, and of commands that start or stop containers."""


class EngineError(Exception):
    """A Docker command failed; the message is its own."""


class ComposeProject:
    """One Compose project."""

    def __init__(self, compose_options: Sequence[str] = ()) -> None:
        self._compose = ["docker", "compose", *compose_options]

    def run(self, *arguments: str, seconds: float) -> str:
        """The output of `docker compose`. Raises EngineError."""
        return _output([*self._compose, *arguments], seconds)

    def scale(self, service: str, replicas: int, seconds: float) -> None:
        """Set the replicas of a service; running containers and all else stay as they are. Raises EngineError.

        Dependencies are named with their current replicas, or Compose would scale them back. `--no-deps` is no way out:
        containers made with it no longer match the files, and the next `up` replaces them.
        """
        current = {name: len(self.containers(name)) or 1 for name in self._dependencies(service)}
        counts = {**current, service: replicas}
        options = [option for name, number in counts.items() for option in ("--scale", f"{name}={number}")]
        self.run("up", "--detach", "--no-recreate", "--no-build", *options, service, seconds=seconds)

    def containers(self, service: str) -> list[str]:
        """The ids of its containers, those that failed to start included. Raises EngineError."""
        return self.run("ps", "--all", "--quiet", service, seconds=SHORT).split()

    def _dependencies(self, service: str) -> set[str]:
        """All services it depends on, directly and indirectly."""
        services = json.loads(self.run("config", "--format", "json", seconds=SHORT))["services"]
        found: set[str] = set()
        pending = [service]
        while pending:
            new = set(services.get(pending.pop(), {}).get("depends_on", {})) - found
            found |= new
            pending += new
        return found

    @contextmanager
    def reading(self, *arguments: str) -> Iterator[IO[bytes]]:
        """The output of a command as a stream. Raises EngineError at the end of the block, when it failed."""
        with self._started(arguments, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            yield process.stdout

    @contextmanager
    def writing(self, *arguments: str, output: IO[bytes] | None = None) -> Iterator[IO[bytes]]:
        """The input of a command as a stream; its output goes to a file. Raises as `reading` does."""
        with self._started(arguments, stdin=subprocess.PIPE, stdout=output or subprocess.DEVNULL) as process:
            assert process.stdin is not None
            yield process.stdin
            process.stdin.close()

    @contextmanager
    def _started(
        self, arguments: Sequence[str], stdout: int | IO[bytes], stdin: int = subprocess.DEVNULL
    ) -> "Iterator[subprocess.Popen[bytes]]":
        command, broken_stream = [*self._compose, *arguments], None
        with TemporaryFile() as errors:
            with subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=errors) as process:  # noqa: S603 - no shell
                try:
                    yield process
                except (BrokenPipeError, TarError) as error:
                    broken_stream = error  # most likely the command ended early; its message says why
                except BaseException:
                    process.kill()
                    raise
            if process.returncode != 0:
                errors.seek(0)
                raise EngineError(errors.read().decode(errors="replace").strip()) from broken_stream
            if broken_stream:
                raise broken_stream


def docker(*arguments: str, seconds: float, with_stderr: bool = False) -> str:
    """The output of a `docker` command about single containers, which Compose cannot do. Raises EngineError."""
    return _output(["docker", *arguments], seconds, subprocess.STDOUT if with_stderr else subprocess.PIPE)


def _output(command: list[str], seconds: float, stderr: int = subprocess.PIPE) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - no shell
            command, stdout=subprocess.PIPE, stderr=stderr, text=True, timeout=seconds, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EngineError(str(error)) from error
    if done.returncode != 0:
        raise EngineError((done.stderr or done.stdout).strip())
    return done.stdout
