"""The event about a subject at the moment of an attempt."""

from tests.support.critiques import make_critique
from tests.unit.worker.webhooks.sender_stack import MakeSender

from critic_core.contracts.errors import PhotoPoison
from critic_worker.webhooks.events import event_of

URL = "https://example.com/in"


def test_a_finished_photo_is_an_event_without_its_owner_and_embedding(make_sender: MakeSender) -> None:
    sender = make_sender()
    photo_id = sender.finished(URL)
    event = event_of(f"photo:{photo_id}", sender.context.stores)
    assert event is not None
    assert (event.type, event.callback_url, event.data["id"]) == ("photo.done", URL, photo_id)
    assert "owner" not in event.data
    assert "embedding" not in event.data["critique"]["fingerprint"]
    assert event.expires_at == sender.jobs.get(photo_id).expires_at


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


def test_an_unknown_kind_is_no_event(make_sender: MakeSender) -> None:
    assert event_of("planet:1", make_sender().context.stores) is None
