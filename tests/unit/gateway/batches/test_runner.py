"""Batches from their manifest to their results: in order, once, a few photos at a time, and without traces."""

import json
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest
from starlette.concurrency import run_in_threadpool
from tests.support.scripted_server import Answer
from tests.support.waiting import until
from tests.unit.gateway.application import PHOTO
from tests.unit.gateway.batches.conftest import INSIDE, Batches
from tests.unit.gateway.conftest import Start

from critic_core.contracts.batch import BatchLine
from critic_core.contracts.errors import LimitReached, QueueUnavailable
from critic_core.runtime.storage import manifest_key, results_key
from critic_core.stores.batches import DUE, BatchLease, BatchPart, BatchStore, StoredBatch, batch_key
from critic_core.stores.owners import OwnerIndex, OwnerStore
from critic_core.stores.photo_queue_lua import QUEUED
from critic_gateway.batches import feeder, runner
from critic_gateway.batches.feeder import BatchFeeder
from critic_gateway.limits.admission import Admission
from critic_gateway.limits.owner_limits import OwnerLimits
from critic_gateway.settings import GatewaySettings
from critic_gateway.uploads.receive import ReceivedFile, RejectedFile

PART = 4


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeder, "PART_LINES", PART)


@pytest.fixture
def short_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "RUNNERS", 1)
    monkeypatch.setattr(feeder, "FETCHES", 1)
    monkeypatch.setattr(feeder, "TURN_SECONDS", -1)


def queued(batches: Batches) -> int:
    return int(batches.gateway.redis.zcard(QUEUED))


@pytest.mark.usefixtures("small_parts")
def test_every_line_gets_a_result_in_its_order(batches: Batches) -> None:
    batches.server.answer = lambda request: Answer(404) if request.path == "/2.jpg" else Answer(200, PHOTO)
    batch_id = batches.create(*batches.lines(2 * PART + 1))
    batch = batches.finished(batch_id)
    assert (batch["state"], batch["lines"], batch["done"], batch["failed"]) == ("done", 9, 8, 1)
    results = batches.results(batch_id)
    assert [(result["line"], result["reference"]) for result in results] == [(n + 1, f"r{n}") for n in range(9)]
    assert results[2]["problem"]["code"] == "photo_url_failed"
    assert all(result["photo"]["critique"]["score"] for result in results[:2] + results[3:])
    assert "embedding" not in results[0]["photo"]["critique"]["fingerprint"]


def test_metadata_is_in_the_results_and_photos_are_deleted(batches: Batches) -> None:
    (line,) = batches.lines(1)
    batch_id = batches.create({**line, "metadata": {"shoot": "7"}})
    expires_at = batches.get(batch_id)["expires_at"]
    batches.finished(batch_id)
    (result,) = batches.results(batch_id)
    assert result["photo"]["metadata"] == {"shoot": "7"}
    assert result["photo"]["expires_at"] == expires_at
    assert batches.gateway.http.get("/v1/photos").json()["photos"] == []
    assert sorted(path.name for path in batches.gateway.stored_files()) == ["000000.jsonl", "manifest.jsonl"]


def test_each_result_defers_the_end_of_a_batch(batches: Batches) -> None:
    batch_id = batches.create(*batches.lines(1))
    before = batches.get(batch_id)["expires_at"]
    after = batches.finished(batch_id)["expires_at"]
    assert datetime.fromisoformat(after) > datetime.fromisoformat(before)


def test_results_that_are_gone_are_an_error(batches: Batches) -> None:
    batch_id = batches.create(*batches.lines(1))
    batches.finished(batch_id)
    batches.gateway.storage.delete(results_key(batch_id, 0))
    response = batches.gateway.http.get(f"/v1/batches/{batch_id}/results")
    assert (response.status_code, response.json()["code"]) == (404, "batch_not_found")


@pytest.mark.usefixtures("small_parts")
def test_few_photos_of_a_batch_are_queued_at_a_time(batches: Batches) -> None:
    most = PART * runner.PARTS_UNDER_WAY
    batch_id = batches.create(*batches.lines(2 * most))
    until(lambda: batches.get(batch_id)["queued"] == most)
    assert queued(batches) == most
    assert batches.finished(batch_id)["done"] == 2 * most


@pytest.mark.usefixtures("small_parts")
def test_a_batch_larger_than_its_owners_room_goes_on(batches: Batches, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GatewaySettings, "owner_photo_limit", PART - 1)
    batch_id = batches.create(*batches.lines(2 * PART))
    until(lambda: batches.get(batch_id).get("delay", {}).get("code") == "limit_reached")
    assert queued(batches) == batches.get(batch_id)["queued"] == PART - 1
    assert batches.finished(batch_id)["done"] == 2 * PART
    assert [result["line"] for result in batches.results(batch_id)] == list(range(1, 2 * PART + 1))
    assert len(batches.server.requests) == 2 * PART


@pytest.mark.usefixtures("short_turns")
def test_slow_addresses_delay_no_other_batch(batches: Batches) -> None:
    """With one runner, and a turn that ends with its first line."""
    both_created = Event()

    def slow(_: object) -> Answer:
        both_created.wait(30)
        return Answer(200, PHOTO)

    batches.server.answer = slow
    lines = batches.lines(6)
    ids = [batches.create(*lines[:3]), batches.create(*lines[3:])]
    both_created.set()
    assert [batches.finished(batch_id)["done"] for batch_id in ids] == [3, 3]
    paths = [request.path for request in batches.server.requests]
    assert paths == [f"/{number}.jpg" for number in (0, 3, 1, 4, 2, 5)]


def test_a_batch_waits_while_its_owner_has_too_many_photos(batches: Batches, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Admission, "ensure_half_free", unavailable)
        batch_id = batches.create(*batches.lines(1))
        until(lambda: batches.get(batch_id).get("delay"))
        assert batches.get(batch_id)["delay"]["code"] == "queue_unavailable"
    batch = batches.finished(batch_id)
    assert (batch["done"], "delay" in batch) == (1, False)


def test_a_line_that_must_wait_stops_no_line_under_way(batches: Batches, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(BatchFeeder, "_receive", delaying_first)
        batch_id = batches.create(*batches.lines(4))
        until(lambda: queued(batches) == 3)
    assert batches.finished(batch_id)["done"] == 4


def test_no_photo_is_fetched_at_the_limit_of_photos(batches: Batches, monkeypatch: pytest.MonkeyPatch) -> None:
    def at_limit(*_: object) -> None:
        raise LimitReached

    with monkeypatch.context() as patch:
        patch.setattr(OwnerLimits, "ensure_photos", at_limit)
        batch_id = batches.create(*batches.lines(1))
        until(lambda: batches.get(batch_id).get("delay"))
        assert batches.get(batch_id)["delay"]["code"] == "limit_reached"
        assert batches.server.requests == []
    assert batches.finished(batch_id)["done"] == 1


def test_a_key_of_another_owner_queues_nothing(batches: Batches, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Admission, "ensure_half_free", unavailable)
        batch_id = batches.create(*batches.lines(1))
        until(lambda: batches.get(batch_id).get("delay"))
        batches.gateway.redis.hset(batch_key(batch_id), "owner", "earlier")
    until(lambda: "invalid_api_key" in str(batches.gateway.redis.hget(batch_key(batch_id), "delay")))
    assert batches.server.requests == []


receive = BatchFeeder._receive


async def delaying_first(feeder: BatchFeeder, line: BatchLine, photo_id: str, owner: str) -> list[ReceivedFile]:
    if line.reference == "r0":
        return [RejectedFile(None, QueueUnavailable())]
    return await receive(feeder, line, photo_id, owner)


async def unavailable(*_: object) -> None:
    raise QueueUnavailable


@pytest.mark.usefixtures("small_parts")
def test_a_gateway_that_dies_after_queueing_makes_no_second_photo(
    batches: Batches, monkeypatch: pytest.MonkeyPatch
) -> None:
    save, deaths = BatchStore.save_parts, []

    def dying(store: BatchStore, lease: BatchLease, *batch_parts: BatchPart, **increments: int) -> None:
        if batch_parts[0].queued and not deaths:
            deaths.append(batch_parts[0].number)
            raise RuntimeError("killed")
        save(store, lease, *batch_parts, **increments)

    monkeypatch.setattr(BatchStore, "save_parts", dying)
    batch = batches.finished(batches.create(*batches.lines(PART + 1)))
    assert (deaths, batch["done"]) == ([0], PART + 1)
    assert len(batches.server.requests) == PART + 1


@pytest.mark.usefixtures("small_parts")
def test_a_gateway_that_dies_after_writing_counts_no_result_twice(
    batches: Batches, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget, deaths = BatchStore.forget_part, []

    def dying(store: BatchStore, lease: BatchLease, part: BatchPart) -> None:
        if not deaths:
            deaths.append(part.number)
            raise RuntimeError("killed")
        forget(store, lease, part)

    monkeypatch.setattr(BatchStore, "forget_part", dying)
    batch_id = batches.create(*batches.lines(PART + 1))
    assert batches.finished(batch_id)["done"] == PART + 1
    assert len(batches.results(batch_id)) == PART + 1


def test_another_gateway_continues(start: Start, batches: Batches) -> None:
    """Both take turns of both batches."""
    second = Batches(start(fetch_urls=True, fetch_allow_private=INSIDE, incoming_folder="incoming"), batches.server)
    ids = [batches.create(*batches.lines(30)), second.create(*batches.lines(30))]
    assert [batches.finished(batch_id)["done"] for batch_id in ids] == [30, 30]
    assert len(batches.server.requests) == 60


@pytest.mark.usefixtures("small_parts")
def test_a_cancelled_batch_queues_no_more(batches: Batches) -> None:
    batch_id = batches.create(*batches.lines(5 * PART))
    until(lambda: queued(batches) == PART * runner.PARTS_UNDER_WAY)
    assert batches.gateway.http.post(f"/v1/batches/{batch_id}/cancel").json()["state"] == "cancelled"
    batch = batches.finished(batch_id)
    assert (batch["state"], batch["done"]) == ("cancelled", batch["queued"])
    assert len(batches.results(batch_id)) == batch["queued"] < 5 * PART


@pytest.mark.usefixtures("small_parts")
def test_a_cancelled_batch_that_had_to_wait_ends(batches: Batches, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BatchFeeder, "_receive", delaying_first)
    batch_id = batches.create(*batches.lines(2 * PART))
    until(lambda: batches.get(batch_id).get("delay") and queued(batches) == PART - 1)
    assert batches.get(batch_id)["queued"] == 0
    batches.gateway.http.post(f"/v1/batches/{batch_id}/cancel").raise_for_status()
    batch = batches.finished(batch_id)
    assert (batch["state"], batch["queued"], batch["done"], batch["failed"]) == ("cancelled", PART - 1, PART - 1, 0)
    assert [result["line"] for result in batches.results(batch_id)] == [2, 3, 4]


def traces(batches: Batches, batch_id: str) -> list[Any]:
    """Names of keys, and files."""
    keys = [name for name in batches.gateway.redis.keys("*") if batch_id in str(name)]
    return keys + batches.gateway.stored_files()


@pytest.mark.parametrize("path", ["/v1/batches/{}", "/v1/account/data"])
def test_a_deleted_batch_leaves_nothing(batches: Batches, path: str) -> None:
    batch_id = batches.create(*batches.lines(3))
    until(lambda: queued(batches) == 3)
    assert batches.gateway.http.delete(path.format(batch_id)).status_code == 204
    assert batches.gateway.http.get(f"/v1/batches/{batch_id}").json()["code"] == "batch_not_found"
    until(lambda: not traces(batches, batch_id) and not queued(batches))
    assert OwnerStore(batches.gateway.redis).count("anonymous", OwnerIndex.batches) == 0


def delete_all(batches: Batches) -> None:
    for batch in batches.gateway.http.get("/v1/batches").json()["batches"]:
        batches.gateway.http.delete(f"/v1/batches/{batch['id']}")


def test_a_deletion_in_the_middle_of_a_turn_leaves_nothing(batches: Batches) -> None:
    def deleting(_: object) -> Answer:
        delete_all(batches)
        return Answer(200, PHOTO)

    batches.server.answer = deleting
    batch_id = batches.create(*batches.lines(2))
    until(lambda: len(batches.server.requests) == 2)
    until(lambda: not traces(batches, batch_id) and not queued(batches))


@pytest.mark.parametrize("cancelled", [False, True])
def test_the_end_of_a_batch_is_announced_once(batches: Batches, cancelled: bool) -> None:
    gateway, params = batches.gateway, {"callback_url": "https://example.com/in"}
    body = json.dumps(batches.lines(1)[0])
    batch = gateway.http.post("/v1/batches", content=body, params=params).raise_for_status().json()
    until(lambda: queued(batches) == 1)
    if cancelled:
        gateway.http.post(f"/v1/batches/{batch['id']}/cancel").raise_for_status()
    assert gateway.deliveries.outbox() == []
    ended = batches.finished(batch["id"])
    assert (ended["state"], ended["callback_url"]) == ("cancelled" if cancelled else "done", params["callback_url"])
    (entry,) = gateway.deliveries.outbox()
    assert entry.subject == f"batch:{batch['id']}"
    gateway.http.delete(f"/v1/batches/{batch['id']}").raise_for_status()
    assert gateway.deliveries.outbox() == []


@pytest.mark.parametrize("left", [None, b'{"url": "https://a.example"}\n'])
def test_a_batch_that_lost_its_manifest_waits(
    batches: Batches, monkeypatch: pytest.MonkeyPatch, left: bytes | None
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Admission, "ensure_half_free", unavailable)
        batch_id = batches.create(*batches.lines(2))
        until(lambda: batches.get(batch_id).get("delay"))
        batches.gateway.storage.delete(manifest_key(batch_id))
        if left is not None:
            batches.gateway.storage.put(manifest_key(batch_id), left)
    until(lambda: batches.get(batch_id).get("delay", {}).get("code") == "storage_unavailable")
    assert batches.server.requests == []


def test_a_deletion_in_a_turn_that_must_wait_leaves_nothing(batches: Batches, monkeypatch: pytest.MonkeyPatch) -> None:
    feed, ended = BatchFeeder.feed, list[str]()

    async def receive_and_delete(feeder: BatchFeeder, line: BatchLine, photo_id: str, owner: str) -> list[ReceivedFile]:
        if line.reference == "r1":
            await run_in_threadpool(delete_all, batches)
        return await delaying_first(feeder, line, photo_id, owner)

    async def feed_to_end(feeder: BatchFeeder, lease: BatchLease, stored: StoredBatch, part: BatchPart) -> None:
        try:
            await feed(feeder, lease, stored, part)
        finally:
            ended.append(lease.batch_id)

    monkeypatch.setattr(BatchFeeder, "_receive", receive_and_delete)
    monkeypatch.setattr(BatchFeeder, "feed", feed_to_end)
    batch_id = batches.create(*batches.lines(2))
    until(lambda: ended == [batch_id])
    until(lambda: not traces(batches, batch_id) and not queued(batches))


def test_an_expired_batch_is_deleted(batches: Batches) -> None:
    batch_id = batches.create(*batches.lines(1))
    batches.finished(batch_id)
    past = datetime.now(UTC) - timedelta(seconds=1)
    batches.gateway.redis.hset(batch_key(batch_id), "expires_at", past.isoformat())
    assert batches.gateway.http.get(f"/v1/batches/{batch_id}").status_code == 404

    def is_deleted() -> bool:
        batches.gateway.redis.zadd(
            DUE, {batch_id: past.timestamp()}, xx=True
        )  # its last turn may still set another time
        return not traces(batches, batch_id)

    until(is_deleted)


def test_a_manifest_may_name_files_of_the_storage(batches: Batches) -> None:
    batches.gateway.storage.put("incoming/anonymous/a.jpg", PHOTO)
    batch_id = batches.create({"key": "a.jpg"}, {"key": "b.jpg"}, {"key": "a.jpg/c"})
    batch = batches.finished(batch_id)
    assert (batch["done"], batch["failed"]) == (1, 2)
    assert batches.results(batch_id)[1]["problem"]["code"] == "storage_key_not_found"
