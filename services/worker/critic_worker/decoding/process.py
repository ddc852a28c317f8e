"""The worker's side of a decoder: a child process with limits, without environment, credentials and open sockets.

The child may be in the hands of the photo it decodes: its replies are bounded, and validated field by field.
"""

import fcntl
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from critic_core.contracts.errors import PhotoError, PhotoTimeout, PhotoTooComplex, ServiceUnavailable
from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.limits import Limits
from critic_core.runtime.logs import logger
from critic_worker.decoding.messages import LENGTH, MAX_HEADER_BYTES, Reply, Request, encode
from critic_worker.decoding.preparation import PreparedPhoto

ENVIRONMENT = (
    "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH", "MALLOC_ARENA_MAX",
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
)  # fmt: skip
"""All that a decoder inherits."""
COMMAND = ("-P", "-m", "critic_worker.decoding")
START_SECONDS = 30.0
ATTEMPTS = 2
_PIPE_BYTES = 1024 * 1024
_F_SETPIPE_SZ = getattr(fcntl, "F_SETPIPE_SZ", None)

log = logger(__name__)


class _DecoderDied(Exception):
    """The decoder ended, or replied with nonsense. `signal_number` is 0 for an end of its own."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(signal_number)
        self.signal_number = signal_number


class DecoderProcess:
    """A decoder, started with the first photo at the latest, and again after its end. For one thread."""

    def __init__(self, memory_mib: int, seconds: int, resident_kib: int, search_faces: bool = True) -> None:
        """Limits: address space, time of a photo (of a core, and on the clock), and resident memory between photos, of
        the decoder and this process together.
        """
        self._search_faces = search_faces
        self._memory_mib, self._seconds, self._resident_kib = memory_mib, seconds, resident_kib
        self._process: subprocess.Popen[bytes] | None = None
        self._started = False

    def start(self) -> None:
        """Start the decoder, unless there is one; the first photo waits for the rest of the start."""
        if self._process is None:
            self._process, self._started = _start(self._memory_mib, self._seconds, self._search_faces), False

    def prepare(self, data: bytes, preprocessing: Preprocessing, limits: Limits) -> PreparedPhoto:
        """Prepare a photo in the decoder. Raises PhotoError and ServiceUnavailable.

        Any other error, as that of a time limit, ends the decoder. A decoder that dies is replaced, and the photo tried
        again: the death may have been the fault of an earlier photo, or of nobody.
        """
        limits.check_bytes(len(data))
        for _ in range(ATTEMPTS):
            try:
                photo = self._exchange(data, preprocessing, limits)
            except _DecoderDied as died:
                if died.signal_number == signal.SIGXCPU:
                    raise PhotoTimeout from died
            else:
                self._stop_above_limit()
                return photo
        raise PhotoTooComplex("The decoder failed on the photo, or needed more memory than its limit.")

    def stop(self) -> None:
        """End the decoder, if there is one."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe:
                    pipe.close()
        self._process = None

    def _exchange(self, data: bytes, preprocessing: Preprocessing, limits: Limits) -> PreparedPhoto:
        process = self._running()
        try:
            exchange = _Exchange(process, time.monotonic() + self._seconds)
            request = Request(
                preprocessing=preprocessing,
                max_bytes=limits.max_bytes,
                max_pixels=limits.max_pixels,
                data_bytes=len(data),
            )
            exchange.write(encode(request))
            exchange.write(data)
            reply = exchange.read_reply()
            return _photo(reply, exchange, preprocessing.size)
        except PhotoTimeout:
            self.stop()
            raise
        except PhotoError:
            raise
        except (OSError, EOFError, ValueError) as error:  # ValidationError is a ValueError
            raise _DecoderDied(self._signal_of_death(process, error)) from error
        except BaseException:
            self.stop()
            raise

    def _running(self) -> "subprocess.Popen[bytes]":
        self.start()
        assert self._process is not None
        if not self._started:
            self._await_start(self._process)
            self._started = True
        return self._process

    def _await_start(self, process: "subprocess.Popen[bytes]") -> None:
        try:
            _Exchange(process, time.monotonic() + START_SECONDS).read_reply()
        except (PhotoTimeout, EOFError, OSError, ValueError) as error:
            self.stop()
            raise ServiceUnavailable("The decoder does not start.") from error
        except BaseException:
            self.stop()
            raise

    def _stop_above_limit(self) -> None:
        """The next photo gets a fresh decoder."""
        if self._process is not None and _resident_kib(os.getpid(), self._process.pid) > self._resident_kib:
            self.stop()

    def _signal_of_death(self, process: "subprocess.Popen[bytes]", error: Exception) -> int:
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.5)
        status = process.returncode
        self.stop()
        reason = "invalid_reply" if isinstance(error, ValidationError) else type(error).__name__
        log.warning("decoder_died", status=status, reason=reason)
        return -status if status is not None and status < 0 else 0


class _Exchange:
    """One request and its reply, within a deadline. Raises PhotoTimeout, EOFError and OSError."""

    def __init__(self, process: "subprocess.Popen[bytes]", deadline: float) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._input, self._output, self._deadline = process.stdin.fileno(), process.stdout.fileno(), deadline

    def write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            self._wait(self._input, select.POLLOUT)
            left = left[os.write(self._input, left) :]

    def read(self, size: int) -> bytearray:
        data = bytearray(size)
        left = memoryview(data)
        while left:
            self._wait(self._output, select.POLLIN)
            count = os.readv(self._output, [left])
            if not count:
                raise EOFError
            left = left[count:]
        return data

    def read_reply(self) -> Reply:
        (size,) = LENGTH.unpack(self.read(LENGTH.size))
        if size > MAX_HEADER_BYTES:
            raise ValueError(f"a header of {size} bytes")
        return Reply.model_validate_json(bytes(self.read(size)))

    def _wait(self, pipe: int, event: int) -> None:
        poll = select.poll()
        poll.register(pipe, event)
        if not poll.poll(max(0.0, self._deadline - time.monotonic()) * 1000):
            raise PhotoTimeout


def _start(memory_mib: int, seconds: int, search_faces: bool) -> "subprocess.Popen[bytes]":
    arguments = [str(os.getpid()), str(memory_mib), str(seconds), str(int(search_faces))]
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, *COMMAND, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=clean_environment(os.environ),
        cwd="/",
        bufsize=0,
        restore_signals=True,
        start_new_session=True,  # an interactive Ctrl+C is the worker's to handle
    )
    for pipe in (process.stdin, process.stdout):
        assert pipe is not None
        os.set_blocking(pipe.fileno(), False)
        if _F_SETPIPE_SZ is not None:
            with suppress(OSError):  # the user's pipes are full
                fcntl.fcntl(pipe.fileno(), _F_SETPIPE_SZ, _PIPE_BYTES)
    return process


def _resident_kib(*pids: int) -> int:
    """Resident memory of processes; 0 without Linux' /proc, or for a process that has just ended."""
    pages = 0
    for pid in pids:
        with suppress(OSError):
            pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that a decoder inherits; paths are absolute."""
    inherited = {name: environment[name] for name in ENVIRONMENT if name in environment}
    if paths := inherited.get("PYTHONPATH"):
        inherited["PYTHONPATH"] = os.pathsep.join(os.path.abspath(path) for path in paths.split(os.pathsep) if path)  # noqa: PTH100 - a text
    return inherited


def _photo(reply: Reply, exchange: _Exchange, side: int) -> PreparedPhoto:
    """Raises PhotoError, and ValueError for a reply that fits nothing."""
    if reply.analysis is None:
        errors = {error.code: error for error in _subclasses(PhotoError)}
        if reply.code not in errors:
            raise ValueError(f"unknown code {reply.code!r}")
        raise errors[reply.code](reply.detail)
    tensor, small = exchange.read(reply.tensor_bytes), exchange.read(reply.preview_bytes)
    return PreparedPhoto(np.frombuffer(tensor, np.uint8).reshape(side, side, 3), bytes(small), reply.analysis)


def _subclasses(error: type[PhotoError]) -> list[type[PhotoError]]:
    return [error, *(below for subclass in error.__subclasses__() for below in _subclasses(subclass))]
