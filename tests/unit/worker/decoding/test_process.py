"""A decoder in a process of its own: the same results, no credentials, and limits that cost one photo."""

import ctypes
import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.support.photos import PLAIN

from critic_core.contracts.errors import (
    PhotoCorrupt,
    PhotoError,
    PhotoTimeout,
    PhotoTooComplex,
    PhotoTooLarge,
    ServiceUnavailable,
)
from critic_core.imaging.golden import golden_photo
from critic_core.imaging.limits import DEFAULT_LIMITS, Limits
from critic_worker.decoding import process as decoding
from critic_worker.decoding.preparation import PreparedPhoto, prepare_photo
from critic_worker.decoding.process import DecoderProcess, clean_environment

RESIDENT_KIB = 1 << 30  # a process of many tests is large

OBEDIENT = """
import json, os, resource, socket, time
import critic_worker.decoding.__main__ as decoder
from critic_core.contracts.errors import PhotoError

real = decoder.prepare_photo

def attempt(action):
    try:
        action()
    except OSError as error:
        return type(error).__name__
    return "done"

def report():
    status = dict(line.split(":", 1) for line in open("/proc/self/status")) if readable("/proc/self/status") else {}
    kinds = ("AS", "FSIZE", "NOFILE", "CORE")
    raise PhotoError(json.dumps({
        "environment": sorted(os.environ),
        "limits": {kind: resource.getrlimit(getattr(resource, "RLIMIT_" + kind))[0] for kind in kinds},
        "secret": attempt(lambda: open(f"/proc/{os.getppid()}/environ", "rb").read()),
        "connect": attempt(lambda: socket.create_connection(("127.0.0.1", 9), 1)),
        "descriptors": [fd for fd in range(64) if attempt(lambda: os.fstat(fd)) == "done"],
        "folder": os.getcwd(),
    }))

def readable(path):
    return os.access(path, os.R_OK) and attempt(lambda: open(path).close()) == "done"

def spin():
    while True:
        pass

COMMANDS = {
    b"die": lambda: os.kill(os.getpid(), 11),
    b"exit": lambda: os._exit(0),
    b"sleep": lambda: time.sleep(60),
    b"spin": spin,
    b"memory": lambda: bytearray(8 << 30),
    b"nonsense": lambda: (os.write(replies, b"\\0\\0\\0\\2{}"), os.write(replies, bytes(1000)), os._exit(0)),
    b"flood": lambda: os.write(replies, b"\\xff" * 100),
    b"report": report,
}

def prepare(data, *rest):
    return COMMANDS[data]() if data in COMMANDS else real(data, *rest)

replies = os.dup(1)
decoder.prepare_photo = prepare
decoder.main()
"""
FAR = Limits()


@pytest.fixture
def decoder() -> Iterator[DecoderProcess]:
    decoder = DecoderProcess(2048, 60, RESIDENT_KIB)
    yield decoder
    decoder.stop()


@pytest.fixture
def obedient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DecoderProcess]:
    """A decoder that does what the bytes say, with five seconds for a photo."""
    (tmp_path / "obedient.py").write_text(OBEDIENT)
    monkeypatch.setattr(decoding, "COMMAND", ("-P", str(tmp_path / "obedient.py")))
    decoder = DecoderProcess(2048, 5, RESIDENT_KIB)
    yield decoder
    decoder.stop()


def without_times(photo: PreparedPhoto) -> Any:
    return photo.analysis.model_copy(update={"stages_ms": {}})


def decodes(decoder: DecoderProcess) -> bool:
    return decoder.prepare(golden_photo(), PLAIN, FAR).tensor.shape == (224, 224, 3)


def test_the_results_are_those_of_this_process(decoder: DecoderProcess) -> None:
    apart, here = decoder.prepare(golden_photo(), PLAIN, FAR), prepare_photo(golden_photo(), PLAIN, FAR)
    assert np.array_equal(apart.tensor, here.tensor)
    assert apart.preview == here.preview
    assert without_times(apart) == without_times(here)
    assert set(apart.analysis.stages_ms) == {"decode", "prepare", "measure", "fingerprint", "preview"}


def test_an_unusable_photo_has_its_own_error_and_leaves_the_decoder_alive(decoder: DecoderProcess) -> None:
    with pytest.raises(PhotoCorrupt, match=r"cut short"):
        decoder.prepare(golden_photo()[:5000], PLAIN, FAR)
    process = decoder._process
    with pytest.raises(PhotoTooLarge):
        decoder.prepare(golden_photo(), PLAIN, Limits(max_bytes=100))
    assert decodes(decoder)
    assert decoder._process is process


def test_it_holds_no_credentials(obedient: DecoderProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CRITIC_REDIS_URL", "CRITIC_REDIS_PASSWORD", "AWS_SECRET_ACCESS_KEY", "OTEL_EXPORTER_OTLP_HEADERS"):
        monkeypatch.setenv(name, "secret")
    inherited = os.open("/dev/null", os.O_RDONLY)
    os.set_inheritable(inherited, True)
    with pytest.raises(PhotoError) as caught:
        obedient.prepare(b"report", PLAIN, FAR)
    os.close(inherited)
    report = json.loads(caught.value.detail)
    assert set(report["environment"]) <= {*decoding.ENVIRONMENT, "LC_CTYPE", "ORT_DISABLE_TELEMETRY"}
    assert report["limits"] == {"AS": 2048 * 1024**2, "FSIZE": 0, "NOFILE": 64, "CORE": 0}
    assert len(report["descriptors"]) <= 5  # three standard ones, and the replies twice
    assert report["folder"] == "/"
    assert report["connect"] != "done"
    if landlock():
        assert report["secret"] == "PermissionError"


def landlock() -> bool:
    """The kernel restricts files for processes without rights."""
    return bool(ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1) >= 1)


@pytest.mark.parametrize("command", [b"die", b"exit", b"memory", b"nonsense", b"flood"])
def test_a_photo_that_breaks_the_decoder_fails_alone(obedient: DecoderProcess, command: bytes) -> None:
    with pytest.raises(PhotoTooComplex):
        obedient.prepare(command, PLAIN, FAR)
    assert decodes(obedient)


@pytest.mark.parametrize("command", [b"sleep", b"spin"])
def test_a_photo_that_takes_too_long_fails_alone(
    obedient: DecoderProcess, command: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert decodes(obedient)
    monkeypatch.setattr(obedient, "_seconds", 0.5)
    with pytest.raises(PhotoTimeout):
        obedient.prepare(command, PLAIN, FAR)
    monkeypatch.setattr(obedient, "_seconds", 60)
    assert decodes(obedient)


def test_the_kernel_ends_a_decoder_without_cpu_time_left(
    tmp_path: Path, obedient: DecoderProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(obedient, "_seconds", 1)
    assert decodes(obedient)
    monkeypatch.setattr(obedient, "_seconds", 100)  # on the clock
    with pytest.raises(PhotoTimeout):
        obedient.prepare(b"spin", PLAIN, FAR)
    assert decodes(obedient)


def test_a_decoder_killed_between_photos_is_replaced(decoder: DecoderProcess) -> None:
    assert decodes(decoder)
    assert decoder._process is not None
    decoder._process.kill()
    decoder._process.wait()
    assert decodes(decoder)


def test_the_time_limit_of_the_task_ends_the_decoder(obedient: DecoderProcess) -> None:
    class TimeLimitReached(Exception):
        pass

    def interrupt(*_: object) -> None:
        raise TimeLimitReached

    assert decodes(obedient)
    process = obedient._process
    assert process is not None
    previous = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(TimeLimitReached):
            obedient.prepare(b"sleep", PLAIN, DEFAULT_LIMITS)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
    assert process.returncode == -signal.SIGKILL
    assert decodes(obedient)


def test_a_decoder_that_does_not_start_is_no_photos_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "COMMAND", ("-c", "raise SystemExit(1)"))
    with pytest.raises(ServiceUnavailable, match="does not start"):
        DecoderProcess(2048, 5, RESIDENT_KIB).prepare(golden_photo(), PLAIN, FAR)


def test_a_decoder_starts_before_its_first_photo(decoder: DecoderProcess) -> None:
    decoder.start()
    process = decoder._process
    assert process is not None
    decoder.start()
    assert decodes(decoder)
    assert decoder._process is process


def test_a_decoder_above_its_memory_is_replaced_after_the_photo() -> None:
    decoder = DecoderProcess(2048, 60, resident_kib=1000)
    try:
        assert decodes(decoder)
        assert decoder._process is None
        assert decodes(decoder)
    finally:
        decoder.stop()


def test_a_decoder_ends_with_its_requests(decoder: DecoderProcess) -> None:
    assert decodes(decoder)
    process = decoder._process
    assert process is not None
    assert process.stdin is not None
    process.stdin.close()
    began = time.monotonic()
    assert process.wait(20) == 0
    assert time.monotonic() - began < 20


def test_the_environment_has_what_computing_needs() -> None:
    environment = {"PYTHONPATH": "services", "CRITIC_REDIS_URL": "redis://", "OMP_NUM_THREADS": "1", "HOME": "/root"}
    assert clean_environment(environment) == {
        "PYTHONPATH": str(Path("services").absolute()),
        "OMP_NUM_THREADS": "1",
    }
