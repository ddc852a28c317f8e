"""A Compose project, asked and told by Docker's own commands. Which: -p, -f and the variables that Compose reads."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from tarfile import TarError
from tempfile import TemporaryFile
from typing import IO


class EngineError(Exception):
    """A Docker command failed; the message is what it said."""


class Project:
    """One Compose project."""

    def __init__(self, compose_options: Sequence[str] = ()) -> None:
        self._compose = ["docker", "compose", *compose_options]

    def run(self, *arguments: str, seconds: float) -> str:
        """What `docker compose` prints. Raises EngineError."""
        command = [*self._compose, *arguments]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)  # noqa: S603 - no shell
        except (OSError, subprocess.TimeoutExpired) as error:
            raise EngineError(str(error)) from error
        if done.returncode != 0:
            raise EngineError(done.stderr.strip())
        return done.stdout

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
