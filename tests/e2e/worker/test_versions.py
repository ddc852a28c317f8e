"""Two versions side by side: a canary, a shadow, a rollback, on a real worker, queue and inference server."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx
import numpy as np
import pytest
from tests.e2e.worker.conftest import Inference, Stack
from tests.support.photos import DATA
from tests.support.redis_server import free_port
from tests.support.waiting import until

from critic_core.contracts.album import Album, Counts
from critic_core.contracts.identity import new_id
from critic_core.contracts.manifest import Manifest
from critic_core.contracts.photo import Photo, PhotoState
from critic_core.contracts.routing import TrafficSplit
from critic_core.imaging.golden import golden_photo
from critic_core.runtime.storage import photo_key
from critic_core.stores.routing import RoutingStore
from critic_worker.inference.client import InferenceClient
from critic_worker.rollout.admin import RolloutAdmin, make_rollout_admin
from critic_worker.rollout.version_router import MAX_AGE_SECONDS

HALF = TrafficSplit(version="2", percent=50)
PHOTOS = [path.read_bytes() for path in sorted(DATA.glob("*.jpg"))[:6]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inference]:
    """Serves versions 1 and 2, for all tests that publish nothing."""
    with two_versions(Inference(tmp_path_factory.mktemp("inference"))) as server:
        yield server


@pytest.fixture
def own_server(own_inference: Inference) -> Iterator[Inference]:
    """The same, for a test that changes the served versions."""
    with two_versions(own_inference) as server:
        yield server


@contextmanager
def two_versions(server: Inference) -> Iterator[Inference]:
    server.publish(8)
    server.start()
    until(lambda: served(server) == {"1", "2"}, 120, "both versions")
    yield server
    server.stop()


@pytest.fixture
def stack(make_stack: Callable[[str], Stack], server: Inference) -> Stack:
    return make_stack(server.url)


@pytest.fixture
def routing(stack: Stack) -> RoutingStore:
    return RoutingStore(stack.client)


@pytest.fixture
def admin(stack: Stack) -> RolloutAdmin:
    """The command's functions, without a process."""
    return make_rollout_admin(stack.settings)


def served(server: Inference) -> set[str]:
    client = InferenceClient(server.url, server.manifest.name, 5)
    try:
        return set(client.versions())
    finally:
        client.close()


def command(stack: Stack, *words: str) -> subprocess.CompletedProcess[str]:
    """The operators' command."""
    settings = {"CRITIC_REDIS_URL": stack.redis.url, "CRITIC_INFERENCE_URL": stack.settings.inference_url}
    return subprocess.run(
        [sys.executable, "-m", "critic_cli", "model", *words],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def version_of(photo: Photo) -> str:
    assert photo.state is PhotoState.done, photo.problem
    assert photo.critique is not None
    return photo.critique.provenance.version


def versions_by_id(stack: Stack, ids: list[str]) -> dict[str, str]:
    return {photo_id: version_of(stack.result(photo_id)) for photo_id in ids}


def versions_of(stack: Stack, ids: list[str]) -> set[str]:
    return {*versions_by_id(stack, ids).values()}


def test_a_canary_answers_its_share_and_a_photo_has_one_version(stack: Stack) -> None:
    stack.start_worker(canary="2:50%")
    ids = [stack.submit() for _ in range(24)]
    batch = [stack.submit(send=False) for _ in range(8)]
    stack.enqueue(*batch)
    versions = versions_by_id(stack, [*ids, *batch])
    assert versions == {photo_id: "2" if HALF.takes(photo_id) else "1" for photo_id in versions}
    assert {*versions.values()} == {"1", "2"}
    (active,) = until(stack.worker_status.active_versions, 20, "the active versions")
    assert (active.versions, active.stable, active.canary) == (("1", "2"), "1", HALF)
    until(lambda: len(stack.worker_status.models()) == 2, 20, "both manifests")
    assert [manifest.version for manifest in stack.worker_status.models()] == ["1", "2"]
    tests = until(lambda: stack.worker_status.heartbeats(0)[0].other_models, 20, "the canary's self-test")
    assert [(test.version, test.problem) for test in tests] == [("2", None)]


def test_a_canary_that_is_unloaded_fails_no_photo(make_stack: Callable[[str], Stack], own_server: Inference) -> None:
    stack = make_stack(own_server.url)
    stack.start_worker(canary="2:100%")
    assert version_of(stack.result(stack.submit())) == "2"
    folder = own_server.folder / "models" / own_server.manifest.name
    (folder / "2").rename(folder / ".2")
    ids: list[str] = []

    def stable_version_answers() -> bool:
        ids.append(stack.submit())
        return version_of(stack.result(ids[-1])) == "1"

    until(stable_version_answers, 120, "a critique of version 1")
    assert versions_of(stack, ids) <= {"1", "2"}


class Load(threading.Thread):
    """Photos without a pause."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(daemon=True)
        self._stack, self._ending = stack, threading.Event()
        self.ids: list[str] = []

    def run(self) -> None:
        while not self._ending.is_set():
            self.ids.append(self._stack.submit())
            self._stack.result(self.ids[-1])

    def stop(self) -> None:
        self._ending.set()
        self.join(30)

    def wait_for(self, photos: int) -> None:
        """Wait for so many more photos."""
        count = len(self.ids) + photos
        until(lambda: len(self.ids) > count, 120, "more photos")


@contextmanager
def load_on(stack: Stack) -> Iterator[Load]:
    stack.start_worker()
    load = Load(stack)
    load.start()
    try:
        yield load
    finally:
        load.stop()


def test_a_rollback_takes_effect_within_five_seconds_under_load_and_fails_no_photo(stack: Stack) -> None:
    with load_on(stack) as load:
        until(lambda: "2" in versions_of(stack, load.ids), 120, "a critique of version 2")
        ran = command(stack, "rollback")
        assert ran.stdout == "aesthetics: version 1 answers; served: 1, 2.\nWithdrawn: 2.\n", ran.stderr
        since = len(load.ids)
        until(lambda: "1" in versions_of(stack, load.ids[since:]), 5, "a critique of version 1")
        after = len(load.ids)
        load.wait_for(20)
    assert versions_of(stack, load.ids[after + 1 :]) == {"1"}
    assert {stack.jobs.get(photo_id).state for photo_id in load.ids} == {PhotoState.done}
    ran = command(stack, "rollback")
    assert (ran.returncode, "no other version is served" in ran.stderr) == (2, True)


def test_a_version_that_is_published_during_a_trial_waits(
    make_stack: Callable[[str], Stack], own_server: Inference
) -> None:
    stack = make_stack(own_server.url)
    with load_on(stack) as load:
        assert "Version 2 answers 50 %" in command(stack, "canary", "2:50%").stdout
        after = len(load.ids)
        until(lambda: versions_of(stack, load.ids[after:]) == {"1", "2"}, 20, "critiques of both versions")
        own_server.publish(9)
        until(lambda: served(own_server) == {"2", "3"}, 120, "version 3, and version 1 unloaded: servers serve two")
        load.wait_for(20)
        assert "Version 3 waits, and answers nobody until it is promoted." in command(stack).stdout
        assert versions_of(stack, load.ids) == {"1", "2"}
        assert command(stack, "promote", "3").returncode == 0
        until(lambda: versions_of(stack, load.ids[-1:]) == {"3"}, 10, "a critique of version 3")


def test_the_comparison_with_a_shadow_is_that_of_both_versions_critiques(
    stack: Stack, admin: RolloutAdmin, routing: RoutingStore
) -> None:
    admin.shadow("2")
    stack.start_worker()
    ids = []
    for data in PHOTOS:
        ids.append(stack.submit(data))
        assert version_of(stack.result(ids[-1])) == "1"
        until(lambda: len(routing.pairs("aesthetics", "1", "2")) == len(ids), 10, "the comparison")
    comparison = admin.compare()
    second = by_version_2(stack, admin)
    critiques = [stack.jobs.get(photo_id).critique for photo_id in ids]
    first = np.array([critique.score for critique in critiques if critique])
    assert comparison.photos == len(PHOTOS)
    assert comparison.score is not None
    assert comparison.score.mean == pytest.approx(np.abs(second - first).mean(), abs=1e-3)
    assert comparison.score.median == pytest.approx(np.median(np.abs(second - first)), abs=1e-3)
    assert comparison.labels_changed == np.mean((second >= 50) != (first >= 50))


def test_no_photo_is_compared_while_photos_wait(stack: Stack, routing: RoutingStore) -> None:
    waiting, port = stack.submit(send=False), free_port()
    stack.start_worker(shadow="2", shadow_max_wait_seconds="0.1", worker_metrics_port=str(port))

    def held_back() -> float:
        text = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
        return sum(
            float(line.split()[1]) for line in text.splitlines() if 'shadow_photos_total{outcome="held_back"' in line
        )

    for number in (1, 2, 3):
        assert version_of(stack.result(stack.submit())) == "1"
        until(lambda n=number: held_back() == n, 10, "the photo held back")  # type: ignore[misc]
    assert routing.pairs("aesthetics", "1", "2") == []
    stack.jobs.delete(waiting)
    photo_id = stack.submit()
    (pair,) = until(lambda: routing.pairs("aesthetics", "1", "2"), 120, "the comparison")
    assert pair.photo == photo_id


def by_version_2(stack: Stack, admin: RolloutAdmin) -> np.ndarray:
    """The scores of the photos by version 2."""
    admin.promote("2")
    until(lambda: version_of(stack.result(stack.submit())) == "2", 10 * MAX_AGE_SECONDS, "version 2")
    critiques = [stack.result(stack.submit(data)).critique for data in PHOTOS]
    return np.array([critique.score for critique in critiques if critique])


def album(stack: Stack) -> Album:
    now = datetime.now(UTC)
    made = Album(
        id=new_id(),
        created_at=now,
        expires_at=now + timedelta(hours=1),
        counts=Counts(photos=0, pending=0, done=0, failed=0),
    )
    stack.albums.create(made)
    return made


def add(stack: Stack, to: Album, number: int) -> str:
    data, now = golden_photo() + bytes([number]), datetime.now(UTC)
    photo = Photo(
        id=new_id(),
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
    stack.enqueue(photo.id)
    return photo.id


def test_an_album_keeps_its_version_through_a_promotion_and_not_through_a_rollback(
    stack: Stack, admin: RolloutAdmin
) -> None:
    admin.promote("1")
    stack.start_worker()
    shoot = album(stack)
    assert version_of(stack.result(add(stack, shoot, 1))) == "1"
    admin.promote("2")
    until(lambda: version_of(stack.result(stack.submit())) == "2", 10, "version 2 for other photos")
    assert version_of(stack.result(add(stack, shoot, 2))) == "1"
    admin.rollback("1")
    until(lambda: version_of(stack.result(add(stack, shoot, next(NUMBERS)))) == "2", 10, "version 2 for the album")


NUMBERS = iter(range(3, 250))


def test_the_versions_differ(stack: Stack, server: Inference) -> None:
    """A precondition of all tests above."""

    def manifest(version: str) -> Manifest:
        client = InferenceClient(server.url, "aesthetics", 5, version)
        try:
            return client.manifest()
        finally:
            client.close()

    assert [manifest(version).version for version in ("1", "2")] == ["1", "2"]
    assert abs(manifest("1").golden.probability - manifest("2").golden.probability) > 0.01
