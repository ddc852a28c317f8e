"""A stack is lost with all its volumes, and what was saved of it is there again: every answer, and all that waited."""

import json
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.compose.stack import Stack, run
from tests.support.waiting import until

from critic_core.contracts.photo import PhotoState

pytestmark = [pytest.mark.compose, pytest.mark.timeout(660)]

STORAGE = "/var/lib/photo-critic"
FOLDER = f"{STORAGE}/photos"
MANIFEST = f"{STORAGE}/batches/01a20b18-c37c-7c7d-87c1-ffa18bba12cd/manifest.jsonl"
WAITING = 16  # photos under way, more than are answered until the workers are killed


@dataclass(frozen=True)
class Before:
    """What callers were told before the stack was lost."""

    album: str
    done: list[str]
    unfinished: list[str]
    forgotten: str
    """Its bytes were deleted when the snapshot was made, and before they were read."""
    state: dict[str, Any]


@pytest.fixture
def before(stack: Stack, photographs: dict[str, bytes], slow_photo: bytes) -> Before:
    """Photos and an album that are answered, and photos that wait or are in work while every worker is dead."""
    names = sorted(photographs)[:3]
    done = [stack.score(photographs[name]).id for name in names]
    album = stack.client.post("/v1/albums", json={}).raise_for_status().json()["id"]
    files = [("file", (name, photographs[name])) for name in names]
    receipts = stack.client.post(f"/v1/albums/{album}/photos", params={"wait": 30}, files=files).json()["photos"]
    done += [receipt["photo"]["id"] for receipt in receipts]
    stack.inside("gateway", "sh", "-c", f"mkdir -p {Path(MANIFEST).parent}; echo of-a-batch > {MANIFEST}")
    forgotten = stack.score(photographs[names[0]]).id
    stack.inside("gateway", "rm", "-r", f"{FOLDER}/{forgotten[-2:]}/{forgotten}")

    unfinished = [send(stack, slow_photo, key=str(number)) for number in range(WAITING)]
    until(lambda: any(stack.photo(photo).state is PhotoState.running for photo in unfinished), 20, "a photo in work")
    stack.compose("kill", "--signal", "KILL", "worker")
    unfinished = [photo for photo in unfinished if not stack.photo(photo).state.final]
    assert {stack.photo(photo).state for photo in unfinished} == {PhotoState.running, PhotoState.queued}
    return Before(album, done, unfinished, forgotten, public_state(stack, album, done))


def test_a_lost_stack_is_restored(
    stack: Stack, before: Before, photographs: dict[str, bytes], slow_photo: bytes, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    archive = tmp_path / "it.tar"
    saved = stack.ops("backup", str(archive))
    assert saved.returncode == 0, saved.stderr + saved.stdout
    later = send(stack, slow_photo, key="later")

    lose(stack)
    stack.up()
    foreign = stack.score(photographs["golden.jpg"])
    assert_refused(stack, "--replace", "restore", str(archive))
    cut = tmp_path / "cut.tar"
    cut.write_bytes(archive.read_bytes()[:-20_000])
    assert_refused(stack, "cut off", "restore", str(cut), "--replace")
    assert stack.photo(foreign.id) == foreign

    began = time.monotonic()
    restored = stack.ops("restore", str(archive), "--replace")
    assert restored.returncode == 0, restored.stderr + restored.stdout
    until(lambda: stack.client.get("/readyz").is_success, 60, "the stack's readiness")
    with capsys.disabled():
        sys.stdout.write(f"\n{saved.stdout}{restored.stdout}ready {time.monotonic() - began:.1f} s after it began\n")

    assert public_state(stack, before.album, before.done) == before.state
    assert stack.inside("gateway", "cat", MANIFEST).stdout == "of-a-batch\n"
    for absent in (later, foreign.id, before.forgotten):
        assert stack.client.get(f"/v1/photos/{absent}").status_code == 404
        assert absent not in stack.inside("gateway", "find", FOLDER).stdout
    assert send(stack, slow_photo, key=str(WAITING - 1)) == before.unfinished[-1]

    until(lambda: all(stack.photo(photo).state.final for photo in before.unfinished), 60, "an answer to what waited")
    assert {stack.photo(photo).state for photo in before.unfinished} == {PhotoState.done}
    assert answers(stack, before.unfinished) == Counter(dict.fromkeys(before.unfinished, 1))


def lose(stack: Stack) -> None:
    """All containers but those that compute, and every volume."""
    stack.compose("rm", "--stop", "--force", "edge", "gateway", "worker", "redis")
    run(["docker", "volume", "rm", *(f"{stack.project}_{volume}" for volume in ("photos", "queue"))], 30)


def assert_refused(stack: Stack, why: str, *words: str) -> None:
    """With a sentence that says so, and no more."""
    ran = stack.ops(*words)
    assert ran.returncode == 2, ran.stderr + ran.stdout
    assert why in ran.stdout
    assert not ran.stderr


def send(stack: Stack, data: bytes, key: str) -> str:
    """Upload a photo and do not wait."""
    response = stack.client.post("/v1/photos", content=data, headers={"Idempotency-Key": key}).raise_for_status()
    return str(response.json()["id"])


def public_state(stack: Stack, album: str, photos: list[str]) -> dict[str, Any]:
    """Everything that a caller can ask about an album and photos, word for word, and when they expire in Redis."""
    paths = [f"/v1/photos/{photo}{part}" for photo in photos for part in ("", "/preview", "/original")]
    paths.append(f"/v1/albums/{album}")
    responses = {path: stack.client.get(path).raise_for_status().content for path in paths}
    names = [f"critic:photo:{photo}" for photo in photos] + [f"critic:album:{album}"]
    ends = {name: stack.inside("redis", "redis-cli", "expiretime", name).stdout for name in names}
    return responses | ends


def answers(stack: Stack, photos: list[str]) -> Counter[str]:
    """How often each of these was answered since the stack is new, by the workers' logs."""
    lines = [json.loads(line) for line in stack.logs("worker").splitlines() if line.startswith("{")]
    return Counter(line["photo_id"] for line in lines if line["event"] == "photo_done" and line["photo_id"] in photos)
