"""The event about a subject at the moment of an attempt."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from tests.support.critiques import make_critique
from tests.unit.worker.webhooks.sender_stack import MakeSender

from critic_core.contracts.batch import Batch, BatchState
from critic_core.contracts.errors import PhotoPoison
from critic_core.contracts.identity import ANONYMOUS, new_id
from critic_core.contracts.webhook import CallbackDetail, PhotoEvent
from critic_core.imaging.focus.measure import measure_focus
from critic_worker.webhooks.events import event_of
from critic_worker.webhooks.scheduler import schedule

URL = "https://example.com/in"
NOW = datetime.now(UTC)
BATCH = Batch(
    id=new_id(), state=BatchState.running, lines=0, queued=0, done=0, failed=0, callback_url=URL,
    created_at=NOW, expires_at=NOW + timedelta(hours=1),
)  # fmt: skip


def test_a_finished_photo_is_an_event_without_owner_callback_and_fingerprints(make_sender: MakeSender) -> None:
    sender = make_sender()
    photo_id = sender.finished(URL)
    event = event_of(f"photo:{photo_id}", sender.context.stores)
    assert event is not None
    assert (event.type, event.callback_url, event.data["id"]) == ("photo.done", URL, photo_id)
    assert not {"owner", "callback_url", "callback_events", "callback_details", "sha256"} & set(event.data)
    assert "fingerprint" not in event.data["critique"]
    assert event.owner == "anonymous"
    assert event.expires_at == sender.jobs.get(photo_id).expires_at


@pytest.mark.parametrize(
    ("details", "fields"),
    [
        ((CallbackDetail.hashes,), {"perceptual_hash", "difference_hash", "pixels_sha256"}),
        ((CallbackDetail.thumbnail,), {"thumbnail", "colours"}),
        (tuple(CallbackDetail), {"perceptual_hash", "difference_hash", "pixels_sha256", "thumbnail", "colours"}),
    ],
)
def test_a_receiver_gets_the_fingerprints_of_its_details(
    make_sender: MakeSender, details: tuple[CallbackDetail, ...], fields: set[str]
) -> None:
    sender = make_sender()
    photo_id = sender.photo(URL, callback_details=details)
    sender.jobs.finish(photo_id, make_critique())
    event = event_of(f"photo:{photo_id}", sender.context.stores)
    assert event is not None
    assert set(event.data["critique"]["fingerprint"]) == fields
    assert ("sha256" in event.data) is (CallbackDetail.hashes in details)


@pytest.mark.parametrize("details", [(), (CallbackDetail.hashes,), (CallbackDetail.thumbnail,)])
def test_faces_and_focus_go_out_with_the_thumbnail_alone(
    make_sender: MakeSender, details: tuple[CallbackDetail, ...]
) -> None:
    sender = make_sender()
    photo_id = sender.photo(URL, callback_details=details or None)
    focus = measure_focus(np.zeros((8, 8, 3), np.uint8), [])
    sender.jobs.finish(photo_id, make_critique().model_copy(update={"faces": (), "focus": focus}))
    event = event_of(f"photo:{photo_id}", sender.context.stores)
    assert event is not None
    critique, shown = event.data["critique"], CallbackDetail.thumbnail in details
    assert ("faces" in critique) is shown
    assert ("subject_tiles" in critique["focus"]) is shown
    assert ("detail_tiles" in critique["focus"]) is shown
    assert "subject_detail" in critique["focus"]


def test_a_receiver_gets_its_events_only(make_sender: MakeSender) -> None:
    sender = make_sender()
    done, failed = (sender.photo(URL, callback_events=(PhotoEvent.failed,)) for _ in range(2))
    sender.jobs.finish(done, make_critique())
    sender.jobs.fail(failed, PhotoPoison().problem())
    assert event_of(f"photo:{done}", sender.context.stores) is None
    assert event_of(f"photo:{failed}", sender.context.stores) is not None
    schedule(sender.context)
    assert len(sender.tickets) == 1
    assert sender.deliveries.pending() == 1


def test_a_failed_photo_is_another_event(make_sender: MakeSender) -> None:
    sender = make_sender()
    photo_id = sender.photo(URL)
    sender.jobs.fail(photo_id, PhotoPoison().problem())
    event = event_of(f"photo:{photo_id}", sender.context.stores)
    assert event is not None
    assert (event.type, event.data["problem"]["code"]) == ("photo.failed", "photo_poison")


def test_a_queued_or_deleted_photo_or_one_without_a_callback_is_none(make_sender: MakeSender) -> None:
    sender = make_sender()
    queued, silent, deleted = sender.photo(URL), sender.finished(None), sender.finished(URL)
    sender.jobs.delete(deleted)
    for photo_id in (queued, silent, deleted):
        assert event_of(f"photo:{photo_id}", sender.context.stores) is None


def test_an_album_is_an_event_once_no_photo_is_pending(make_sender: MakeSender) -> None:
    sender = make_sender()
    album_id, photos = sender.album(URL, 2)
    sender.jobs.finish(photos[0], make_critique())
    assert event_of(f"album:{album_id}", sender.context.stores) is None
    sender.jobs.fail(photos[1], PhotoPoison().problem())
    event = event_of(f"album:{album_id}", sender.context.stores)
    assert event is not None
    assert (event.type, event.data["counts"]["failed"]) == ("album.done", 1)
    assert "owner" not in event.data
    sender.albums.mark_deleted(album_id)
    assert event_of(f"album:{album_id}", sender.context.stores) is None


def test_a_batch_is_an_event_once_its_last_result_is_written(make_sender: MakeSender) -> None:
    sender = make_sender()
    batches, subject = sender.context.stores.batches, f"batch:{BATCH.id}"
    batches.create(BATCH, ANONYMOUS, ANONYMOUS, due=0)
    assert event_of(subject, sender.context.stores) is None
    batches.begin(BATCH.id, lines=1, now=0)
    lease = batches.claim(now=1, seconds=60)
    assert lease is not None
    assert event_of(subject, sender.context.stores) is None
    batches.finish(lease, BATCH.created_at)
    assert [entry.subject for entry in sender.deliveries.outbox()] == [subject]
    event = event_of(subject, sender.context.stores)
    assert event is not None
    assert (event.type, event.owner, event.data["state"], event.data["lines"]) == ("batch.done", ANONYMOUS, "done", 1)
    assert "callback_url" not in event.data
    batches.hide(BATCH.id, now=2)
    assert event_of(subject, sender.context.stores) is None


def test_an_unknown_kind_is_no_event(make_sender: MakeSender) -> None:
    assert event_of("planet:1", make_sender().context.stores) is None
