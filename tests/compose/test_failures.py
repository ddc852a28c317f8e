"""Parts are killed under load: every photo that was accepted is answered, once."""

import json
import threading
import time
from collections import Counter
from uuid import uuid4

import httpx
import pytest
from tests.compose.stack import Stack, run
from tests.support.waiting import until

from critic_core.contracts.photo import PhotoState
from critic_core.imaging.golden import golden_photo

pytestmark = [pytest.mark.compose, pytest.mark.timeout(660)]

PHOTOS = 60


class Uploader(threading.Thread):
    """Uploads as a careful client does: again and again with the same Idempotency-Key, until it has an answer."""

    def __init__(self, stack: Stack, data: bytes) -> None:
        super().__init__(daemon=True)
        self._stack, self._data = stack, data
        self.accepted: list[str] = []

    def run(self) -> None:
        for _ in range(PHOTOS):
            self.accepted.append(self._send(str(uuid4())))

    def _send(self, key: str) -> str:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                answer = self._stack.client.post(
                    "/v1/photos", content=self._data, headers={"Idempotency-Key": key}, timeout=20
                )
            except httpx.TransportError:
                continue
            if answer.is_success:
                return str(answer.json()["id"])
            assert answer.status_code in (409, 429, 503), answer.text
            time.sleep(0.2)  # what a client does when it is told to come again
        raise AssertionError("no upload was accepted for a minute")


def test_nothing_is_lost_when_a_worker_and_redis_are_killed(stack: Stack, slow_photo: bytes) -> None:
    uploader = Uploader(stack, slow_photo)
    uploader.start()
    until(lambda: _answers_reached(stack, uploader, 5), 60, "five answers")
    run(["docker", "kill", "--signal", "KILL", stack.containers("worker")[0]["Id"]], 30)
    until(lambda: _answers_reached(stack, uploader, 12), 60, "answers from the worker that is left")
    stack.compose("kill", "--signal", "KILL", "redis")
    stack.compose("start", "redis")
    uploader.join(timeout=90)
    assert len(set(uploader.accepted)) == PHOTOS
    until(lambda: _all_final(stack, uploader.accepted), 150, "an answer to every photo")
    photos = [stack.photo(photo_id) for photo_id in uploader.accepted]
    assert {photo.state for photo in photos} == {PhotoState.done}
    assert max(photo.claims for photo in photos) > 1, "the kill hit no photo: this test proved nothing"
    assert set(_answers(stack, uploader.accepted).values()) == {1}
    stack.up()
    assert len(stack.containers("worker")) == 2


@pytest.mark.parametrize("service", ["inference", "worker", "redis"])
def test_a_part_that_dies_comes_back_by_itself(stack: Stack, service: str) -> None:
    before = stack.containers(service)[0]
    stack.kill_all_processes(before["Id"])
    until(lambda: stack.containers(service)[0]["RestartCount"] > before["RestartCount"], 30, f"{service}'s restart")
    until(lambda: stack.containers(service)[0]["State"]["Health"]["Status"] == "healthy", 90, f"{service}'s health")
    assert stack.score(golden_photo()).state is PhotoState.done


def test_the_stack_comes_up_again_and_remembers(stack: Stack) -> None:
    earlier = stack.score(golden_photo())
    stack.compose("restart", seconds=120)
    stack.up()
    assert stack.photo(earlier.id) == earlier
    assert stack.score(golden_photo()).state is PhotoState.done


def _answers_reached(stack: Stack, uploader: Uploader, number: int) -> bool:
    return len(uploader.accepted) >= number and _all_final(stack, uploader.accepted[:number])


def _all_final(stack: Stack, photo_ids: list[str]) -> bool:
    try:
        return all(stack.photo(photo_id).state.final for photo_id in photo_ids)
    except httpx.HTTPError:
        return False  # Redis is away: the gateway says so, and answers again soon


def _answers(stack: Stack, photo_ids: list[str]) -> Counter[str]:
    """How often each photo was answered, by the workers' logs; a killed one may have said nothing of its last."""
    lines = [json.loads(line) for line in stack.logs("worker").splitlines() if line.startswith("{")]
    ours = set(photo_ids)
    return Counter(line["photo_id"] for line in lines if line["event"] == "photo_done" and line["photo_id"] in ours)
