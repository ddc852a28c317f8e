"""Outbox and deliveries on a real server: nothing lost, nothing with two senders, everything bounded."""

from datetime import UTC, datetime, timedelta

import pytest
import redis
from tests.support.albums import new_album
from tests.support.clock import NOW, Clock
from tests.support.critiques import make_critique, make_photo

from critic_core.contracts.errors import DeliveryNotFound, PhotoCorrupt
from critic_core.contracts.identity import new_id
from critic_core.contracts.photo import Photo, PhotoState
from critic_core.contracts.webhook import Delivery, DeliveryState
from critic_core.stores.albums import AlbumStore
from critic_core.stores.deliveries import DUE, MAX_DELIVERIES, DeliveryLease, DeliveryStore, Entry
from critic_core.stores.delivery_lua import ANNOUNCE
from critic_core.stores.jobs import JobStore

LATER = NOW + timedelta(hours=1)
SUBJECT = "photo:1"


@pytest.fixture
def store(client: "redis.Redis", clock: Clock) -> DeliveryStore:
    return DeliveryStore(client, clock)


@pytest.fixture
def jobs(client: "redis.Redis") -> JobStore:
    return JobStore(client)


def photo(jobs: JobStore, callback_url: str | None = "https://example.com/in") -> str:
    made = Photo(
        id=new_id(),
        state=PhotoState.queued,
        media_type="image/jpeg",
        size_bytes=1,
        sha256="0" * 64,
        callback_url=callback_url,
        created_at=NOW,
        expires_at=LATER,
    )
    jobs.create(made)
    return made.id


def happened(client: "redis.Redis", subject: str = SUBJECT, at: float = 1.5) -> Entry:
    client.zadd("critic:webhooks:outbox", {subject: at})
    return Entry(subject, at)


def opened(client: "redis.Redis", store: DeliveryStore, delivery_id: str = "d1") -> Delivery:
    delivery = Delivery(id=delivery_id, type="photo.done", timestamp=NOW)
    assert store.open(happened(client), delivery, LATER)
    return delivery


def test_a_finished_photo_with_a_callback_is_in_the_outbox(jobs: JobStore, store: DeliveryStore) -> None:
    done, failed, silent, queued = photo(jobs), photo(jobs), photo(jobs, None), photo(jobs)
    jobs.finish(done, make_critique())
    jobs.fail(failed, PhotoCorrupt().problem())
    jobs.fail(silent, PhotoCorrupt().problem())
    assert jobs.get(queued).callback_url == "https://example.com/in"
    assert [entry.subject for entry in store.outbox()] == [f"photo:{done}", f"photo:{failed}"]
    assert store.outbox()[0].at == pytest.approx(datetime.now(UTC).timestamp(), abs=5)
    assert store.pending() == 2


def test_an_album_is_announced_when_its_last_pending_photo_is_deleted(
    client: "redis.Redis", jobs: JobStore, store: DeliveryStore
) -> None:
    albums = AlbumStore(client)
    album = new_album().model_copy(update={"callback_url": "https://example.com/in"})
    albums.create(album)
    queued = [make_photo(PhotoState.queued).model_copy(update={"album": album.id, "sha256": text}) for text in "abc"]
    done, first, second = (albums.add(photo, 1000) for photo in queued)
    jobs.finish(done, make_critique())
    jobs.delete(first)
    assert store.outbox() == []
    jobs.delete(second)
    (entry,) = store.outbox()
    assert entry.subject == f"album:{album.id}"
    store.drop(entry)
    jobs.delete(done)
    assert store.outbox() == []


def test_whatever_has_a_callback_can_be_announced(client: "redis.Redis", store: DeliveryStore) -> None:
    announce = client.register_script(f"{ANNOUNCE} announce(ARGV[1])")
    client.hset("critic:album:1", "callback_url", "https://example.com/in")
    for subject in ("album:1", "album:1", "album:2"):
        announce(args=[subject])
    assert [entry.subject for entry in store.outbox()] == ["album:1"]


def test_an_entry_becomes_one_delivery_that_is_due_at_once(client: "redis.Redis", store: DeliveryStore) -> None:
    entry = happened(client)
    delivery = Delivery(id="d1", type="photo.done", timestamp=NOW)
    assert store.open(entry, delivery, LATER)
    assert not store.open(entry, delivery.model_copy(update={"id": "d2"}), LATER)
    assert store.outbox() == []
    assert store.of(SUBJECT) == [delivery]
    assert [lease.delivery_id for lease in store.lease_due(60, 10)] == ["d1"]


def test_a_due_delivery_without_a_sender_ages(client: "redis.Redis", store: DeliveryStore, clock: Clock) -> None:
    assert store.oldest_due_seconds() == 0
    entry = happened(client, at=clock.now)
    clock.now += 5
    assert store.oldest_due_seconds() == 5
    store.open(entry, Delivery(id="d1", type="photo.done", timestamp=NOW), LATER)
    clock.now += 7
    assert store.oldest_due_seconds() == 7
    (lease,) = store.lease_due(60, 10)
    assert store.oldest_due_seconds() == 0  # a sender has it, until its lease ends
    store.update(lease, None, clock.now + 100)
    clock.now += 90
    assert store.oldest_due_seconds() == 0  # its next try is planned for later
    clock.now += 30
    assert store.oldest_due_seconds() == 20


def test_an_entry_replaced_by_a_newer_event_is_neither_opened_nor_dropped(
    client: "redis.Redis", store: DeliveryStore
) -> None:
    entry = happened(client, at=1.5)
    again = happened(client, at=2.5)
    assert not store.open(entry, Delivery(id="d1", type="photo.done", timestamp=NOW), LATER)
    store.drop(entry)
    assert store.outbox() == [again]
    store.drop(again)
    assert store.outbox() == []


def test_a_delivery_is_with_one_sender_until_its_lease_ends(
    client: "redis.Redis", store: DeliveryStore, clock: Clock
) -> None:
    opened(client, store)
    (first,) = store.lease_due(60, 10)
    assert store.lease_due(60, 10) == []
    clock.now += 61
    (second,) = store.lease_due(60, 10)
    assert store.begin(first, 60) is None
    clock.now += 1
    begun = store.begin(second, 60)
    assert begun is not None
    assert begun[1].attempt_count == 1
    assert store.begin(second, 60) is None, "the same lease, handed out twice"


def test_an_attempt_that_crashes_its_process_counts(client: "redis.Redis", store: DeliveryStore, clock: Clock) -> None:
    opened(client, store)
    for number in (1, 2, 3):
        (lease,) = store.lease_due(60, 10)
        begun = store.begin(lease, 60)
        assert begun is not None
        assert begun[1].attempt_count == number
        clock.now += 61


def test_an_outcome_is_stored_with_the_time_of_the_next_attempt(
    client: "redis.Redis", store: DeliveryStore, clock: Clock
) -> None:
    opened(client, store)
    lease, delivery = store.begin(store.lease_due(60, 10)[0], 60) or pytest.fail("void")
    assert store.update(lease, delivery, clock.now + 30)
    assert store.lease_due(60, 10) == []
    clock.now += 30
    lease, delivery = store.begin(store.lease_due(60, 10)[0], 60) or pytest.fail("void")
    ended = delivery.model_copy(update={"state": DeliveryState.delivered})
    assert store.update(lease, ended, None)
    assert store.of(SUBJECT) == [ended]
    assert store.pending() == 0


def test_a_late_sender_changes_nothing(client: "redis.Redis", store: DeliveryStore, clock: Clock) -> None:
    opened(client, store)
    late, delivery = store.begin(store.lease_due(60, 10)[0], 60) or pytest.fail("void")
    clock.now += 61
    store.lease_due(60, 10)
    assert not store.update(late, delivery.model_copy(update={"state": DeliveryState.delivered}), None)
    assert store.of(SUBJECT)[0].state is DeliveryState.pending


def test_a_deleted_delivery_does_not_come_back(
    client: "redis.Redis", store: DeliveryStore, jobs: JobStore, clock: Clock
) -> None:
    opened(client, store)
    lease, delivery = store.begin(store.lease_due(60, 10)[0], 60) or pytest.fail("void")
    jobs.delete("1")
    assert not store.update(lease, delivery, clock.now)
    assert store.of(SUBJECT) == []
    assert client.zcard(DUE) == 0


def test_a_delivery_deleted_before_its_attempt_does_not_begin(
    client: "redis.Redis", store: DeliveryStore, jobs: JobStore
) -> None:
    opened(client, store)
    (lease,) = store.lease_due(60, 10)
    jobs.delete("1")
    assert store.begin(lease, 60) is None
    assert client.zcard(DUE) == 0


def test_deliveries_end_with_their_subject_and_are_few(client: "redis.Redis", store: DeliveryStore) -> None:
    for number in range(MAX_DELIVERIES + 5):
        opened(client, store, f"d{number:02}")
    stored = [delivery.id for delivery in store.of(SUBJECT)]
    assert stored == [f"d{number:02}" for number in range(5, MAX_DELIVERIES + 5)]
    assert client.zcard(DUE) == MAX_DELIVERIES
    assert client.expiretime(f"critic:webhooks:{SUBJECT}") == int(LATER.timestamp())


def test_the_outbox_keeps_the_newest(client: "redis.Redis", jobs: JobStore, store: DeliveryStore) -> None:
    client.zadd("critic:webhooks:outbox", {f"photo:{number}": number for number in range(100_001)})
    newest = photo(jobs)
    jobs.finish(newest, make_critique())
    assert client.zcard("critic:webhooks:outbox") == 100_000
    assert client.zrank("critic:webhooks:outbox", f"photo:{newest}") == 99_999
    assert store.outbox(1)[0].subject == "photo:2"


def test_a_retry_begins_anew_and_voids_the_try_under_way(client: "redis.Redis", store: DeliveryStore) -> None:
    opened(client, store)
    lease, delivery = store.begin(store.lease_due(60, 10)[0], 60) or pytest.fail("void")
    assert store.retry(SUBJECT, "d1").attempt_count == 0
    assert not store.update(lease, delivery, None)
    assert [lease.delivery_id for lease in store.lease_due(60, 10)] == ["d1"]
    with pytest.raises(DeliveryNotFound):
        store.retry(SUBJECT, "d2")


def test_a_ticket_travels_as_text() -> None:
    lease = DeliveryLease("photo:1", "d1", 1700000000.123457)
    assert DeliveryLease.parse(str(lease)) == lease
