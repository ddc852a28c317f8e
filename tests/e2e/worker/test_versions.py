"""Two versions side by side: a canary, a shadow, a rollback, on a real worker, queue and inference server."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import numpy as np
import pytest
from tests.e2e.worker.conftest import Inference, Stack
from tests.support.photos import DATA
from tests.support.redis_server import free_port
from tests.support.waiting import until

from critic_core.contracts.album import Album, Counts
from critic_core.contracts.identity import new_photo_id
from critic_core.contracts.manifest import Manifest
from critic_core.contracts.photo import Photo, PhotoState
from critic_core.contracts.routing import Routing, Share
from critic_core.imaging.golden import golden_photo
from critic_core.runtime.queue import enqueue
from critic_core.runtime.storage import photo_key
from critic_core.stores.routing import RoutingStore
from critic_worker.inference.client import InferenceClient
from critic_worker.rollout.version_router import MAX_AGE_SECONDS

HALF = Share(version="2", percent=50)
PHOTOS = [path.read_bytes() for path in sorted(DATA.glob("*.jpg"))[:6]]


@pytest.fixture
def server(own_inference: Inference) -> Inference:
    """Serves versions 1 and 2."""
    own_inference.publish(8)
    own_inference.start()
    until(lambda: served(own_inference) == {"1", "2"}, 30, "both versions")
    return own_inference


@pytest.fixture
def stack(make_stack: Callable[[str], Stack], server: Inference) -> Stack:
    return make_stack(server.url)


@pytest.fixture
def routing(stack: Stack) -> RoutingStore:
    return RoutingStore(stack.client)


def served(server: Inference) -> set[str]:
    client = InferenceClient(server.url, server.manifest.name, 5)
    try:
        return set(client.versions())
    finally:
        client.close()


def command(stack: Stack, *words: str) -> subprocess.CompletedProcess[str]:
    """What an operator types."""
    told = {"CRITIC_REDIS_URL": stack.redis.url, "CRITIC_INFERENCE_URL": stack.settings.inference_url}
    return subprocess.run(
        [sys.executable, "-m", "critic_cli", "model", *words],
        env=os.environ | told,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def version_of(photo: Photo) -> str:
    assert photo.state is PhotoState.done, photo.problem
    assert photo.critique is not None
    return photo.critique.provenance.version


def answered(stack: Stack, ids: list[str]) -> dict[str, str]:
    return {photo_id: version_of(stack.answered(photo_id)) for photo_id in ids}


def test_a_canary_answers_its_share_and_a_photo_goes_the_same_way_again(stack: Stack) -> None:
    stack.start_worker(canary="2:50%")
    ids = [stack.submit() for _ in range(24)]
    together = [stack.submit(send=False) for _ in range(8)]
    enqueue(stack.app, *together)
    told = answered(stack, [*ids, *together])
    assert told == {photo_id: "2" if HALF.takes(photo_id) else "1" for photo_id in told}
    assert set(told.values()) == {"1", "2"}
    (now,) = until(stack.board.answering, 20, "who answers")
    assert (now.versions, now.stable, now.canary) == (("1", "2"), "1", HALF)
    told_models = until(lambda: len(stack.board.models()) == 2 and stack.board.models(), 20, "both manifests")
    assert [manifest.version for manifest in told_models] == ["1", "2"]
    proofs = until(lambda: stack.board.pulses(0)[0].others, 20, "the golden photo of the canary")
    assert [(proof.version, proof.problem) for proof in proofs] == [("2", None)]


def test_a_canary_that_is_taken_away_fails_no_photo(stack: Stack, server: Inference) -> None:
    stack.start_worker(canary="2:100%")
    assert version_of(stack.answered(stack.submit())) == "2"
    folder = server.folder / "models" / server.manifest.name
    (folder / "2").rename(folder / ".2")
    ids: list[str] = []

    def by_the_other_one() -> bool:
        ids.append(stack.submit())
        return version_of(stack.answered(ids[-1])) == "1"

    until(by_the_other_one, 30, "an answer of version 1")
    assert set(answered(stack, ids).values()) <= {"1", "2"}


class Load(threading.Thread):
    """Photos without a pause."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(daemon=True)
        self._stack, self._leave = stack, threading.Event()
        self.ids: list[str] = []

    def run(self) -> None:
        while not self._leave.is_set():
            self.ids.append(self._stack.submit())
            self._stack.answered(self.ids[-1])

    def stop(self) -> None:
        self._leave.set()
        self.join(30)


@pytest.fixture
def load(stack: Stack) -> Iterator[Load]:
    stack.start_worker()
    loading = Load(stack)
    loading.start()
    yield loading
    loading.stop()


def test_a_rollback_takes_effect_within_five_seconds_under_load_and_fails_no_photo(stack: Stack, load: Load) -> None:
    def last_is_by(version: str, since: int) -> bool:
        return any(version_of(stack.answered(photo_id)) == version for photo_id in load.ids[since:])

    until(lambda: last_is_by("2", 0), 30, "an answer of version 2")
    ran = command(stack, "rollback")
    assert ran.stdout == "aesthetics: version 1 answers; served: 1, 2.\nWithdrawn: 2.\n", ran.stderr
    since = len(load.ids)
    until(lambda: last_is_by("1", since), 5, "an answer of version 1")
    after = len(load.ids)
    until(lambda: len(load.ids) > after + 20, 30, "more photos")
    load.stop()
    assert set(answered(stack, load.ids[after + 1 :]).values()) == {"1"}
    assert {stack.jobs.get(photo_id).state for photo_id in load.ids} == {PhotoState.done}
    ran = command(stack, "rollback")
    assert (ran.returncode, "no other version is served" in ran.stderr) == (2, True)


def test_a_version_that_is_published_while_a_canary_is_tried_waits(stack: Stack, server: Inference, load: Load) -> None:
    assert "Version 2 answers 50 %" in command(stack, "canary", "2:50%").stdout
    after = len(load.ids)
    until(lambda: seen(stack, load.ids[after:]) == {"1", "2"}, 20, "both")
    server.publish(9)
    until(lambda: served(server) == {"2", "3"}, 30, "version 3, and version 1 gone: servers serve two")
    after = len(load.ids)
    until(lambda: len(load.ids) > after + 20, 30, "more photos")
    assert "Version 3 waits, and answers nobody until it is promoted." in command(stack).stdout
    assert seen(stack, load.ids) == {"1", "2"}
    assert command(stack, "promote", "3").returncode == 0
    until(lambda: seen(stack, load.ids[-1:]) == {"3"}, 10, "an answer of version 3")


def seen(stack: Stack, ids: list[str]) -> set[str]:
    return {*answered(stack, ids).values()}


def test_a_shadow_is_compared_and_the_report_is_that_of_both_versions_own_answers(
    stack: Stack, server: Inference, routing: RoutingStore
) -> None:
    assert command(stack, "shadow", "2").returncode == 0
    stack.start_worker()
    ids = []
    for data in PHOTOS:
        ids.append(stack.submit(data))
        assert version_of(stack.answered(ids[-1])) == "1"
        until(lambda: len(routing.pairs("aesthetics", "1", "2")) == len(ids), 10, "the comparison")
    told = json.loads(command(stack, "drift", "--json").stdout)
    others = by_version_2(stack, routing, server)
    firsts = [stack.jobs.get(photo_id).critique for photo_id in ids]
    scores = np.array([each.score for each in firsts if each])
    assert told["photos"] == len(PHOTOS)
    assert told["score"]["mean"] == pytest.approx(np.abs(np.array(others) - scores).mean(), abs=1e-3)
    assert told["score"]["median"] == pytest.approx(np.median(np.abs(np.array(others) - scores)), abs=1e-3)
    assert told["labels_changed"] == np.mean((np.array(others) >= 50) != (scores >= 50))


def test_no_photo_is_compared_while_another_one_waits(stack: Stack, routing: RoutingStore) -> None:
    waiting, port = stack.submit(send=False), free_port()
    stack.start_worker(shadow="2", shadow_max_wait_seconds="0.1", worker_metrics_port=str(port))

    def held_back() -> float:
        text = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
        return sum(float(line.split()[1]) for line in text.splitlines() if 'shadowed_total{outcome="held_back"' in line)

    for number in (1, 2, 3):
        assert version_of(stack.answered(stack.submit())) == "1"
        until(lambda n=number: held_back() == n, 10, "the photo held back")  # type: ignore[misc]
    assert routing.pairs("aesthetics", "1", "2") == []
    stack.jobs.delete(waiting)
    photo_id = stack.submit()
    (pair,) = until(lambda: routing.pairs("aesthetics", "1", "2"), 30, "the comparison")
    assert pair.photo == photo_id


def by_version_2(stack: Stack, routing: RoutingStore, server: Inference) -> list[float]:
    """What version 2 itself says of the photos, once it answers."""
    routing.wish(server.manifest.name, Routing(pinned="2"))
    until(lambda: version_of(stack.answered(stack.submit())) == "2", 10 * MAX_AGE_SECONDS, "version 2")
    critiques = [stack.answered(stack.submit(data)).critique for data in PHOTOS]
    return [critique.score for critique in critiques if critique]


def album(stack: Stack) -> Album:
    now = datetime.now(UTC)
    made = Album(
        id=new_photo_id(),
        created_at=now,
        expires_at=now + timedelta(hours=1),
        counts=Counts(photos=0, waiting=0, done=0, failed=0),
    )
    stack.albums.create(made)
    return made


def add(stack: Stack, to: Album, number: int) -> str:
    data, now = golden_photo() + bytes([number]), datetime.now(UTC)
    photo = Photo(
        id=new_photo_id(),
        state=PhotoState.queued,
        media_type="image/jpeg",
        size_bytes=len(data),
        sha256=str(number),
        album=to.id,
        created_at=now,
        expires_at=to.expires_at,
    )
    stack.storage.put(photo_key(photo.id), data)
    stack.albums.add(photo, 100)
    enqueue(stack.app, photo.id)
    return photo.id


def test_an_album_keeps_its_version_through_a_promotion_and_not_through_a_rollback(stack: Stack) -> None:
    assert command(stack, "promote", "1").returncode == 0
    stack.start_worker()
    shoot = album(stack)
    assert version_of(stack.answered(add(stack, shoot, 1))) == "1"
    assert command(stack, "promote", "2").returncode == 0
    until(lambda: version_of(stack.answered(stack.submit())) == "2", 10, "version 2 for others")
    assert version_of(stack.answered(add(stack, shoot, 2))) == "1"
    assert command(stack, "rollback", "1").returncode == 0
    until(lambda: version_of(stack.answered(add(stack, shoot, next(NUMBERS)))) == "2", 10, "version 2 for the album")


NUMBERS = iter(range(3, 250))


def test_what_is_wished_wrongly_is_refused(stack: Stack) -> None:
    for words, said in (
        (["promote", "9"], "Version 9 is not served; there are: 1, 2."),
        (["canary", "2"], "'2' is not a version and its share"),
        (["canary", "2:200%"], "'2:200%' is not a version and its share"),
    ):
        ran = command(stack, *words)
        assert ran.returncode == 2
        assert said in ran.stderr
    assert "version 2 answers" in command(stack).stdout


def test_manifests_of_both_are_true(stack: Stack, server: Inference) -> None:
    """Else nothing above could tell them apart."""

    def manifest(version: str) -> Manifest:
        client = InferenceClient(server.url, "aesthetics", 5, version)
        try:
            return client.manifest()
        finally:
            client.close()

    assert [manifest(each).version for each in ("1", "2")] == ["1", "2"]
    assert abs(manifest("1").golden.probability - manifest("2").golden.probability) > 0.01
