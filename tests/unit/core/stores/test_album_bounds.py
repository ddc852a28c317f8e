"""An album's events and the history of a decision have a length."""

from datetime import timedelta

import pytest
import redis
from tests.support.clock import NOW, Clock
from tests.support.critiques import make_photo

from critic_core.contracts.album import Album, Choice, Counts
from critic_core.contracts.photo import PhotoState
from critic_core.stores.album_lua import MAX_EVENTS
from critic_core.stores.albums import MAX_DECISIONS, AlbumStore

_STREAM_NODE = 100  # entries; Redis trims whole nodes


@pytest.fixture
def album(client: "redis.Redis", clock: Clock) -> tuple[AlbumStore, str]:
    """A store, and a photo in its album `a1`."""
    store = AlbumStore(client, clock)
    counts = Counts(photos=0, pending=0, done=0, failed=0)
    store.create(Album(id="a1", created_at=NOW, expires_at=NOW + timedelta(hours=1), counts=counts))
    return store, store.add(make_photo(PhotoState.queued).model_copy(update={"album": "a1"}), 10)


def test_the_history_of_a_decision_drops_the_oldest(album: tuple[AlbumStore, str]) -> None:
    store, photo_id = album
    for number in range(MAX_DECISIONS + 3):
        history = store.decide("a1", photo_id, Choice(stars=number % 6)).history
    assert len(history) == MAX_DECISIONS


def test_the_events_of_an_album_drop_the_oldest(album: tuple[AlbumStore, str], client: "redis.Redis") -> None:
    store, photo_id = album
    fill = "for number = 1, ARGV[1] do redis.call('XADD', KEYS[1], '*', 'kind', 'photo_added', 'photo', ARGV[2]) end"
    client.eval(fill, 1, "critic:album:a1:events", MAX_EVENTS + 500, photo_id)
    store.decide("a1", photo_id, Choice(stars=1))
    assert MAX_EVENTS <= client.xlen("critic:album:a1:events") <= MAX_EVENTS + _STREAM_NODE
