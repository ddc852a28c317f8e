"""Share links on a real queue server: nothing outlives the album, and the token is stored nowhere."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import redis
from tests.support.critiques import make_critique

from critic_core.contracts.album import Album, Choice, Counts, Flag
from critic_core.contracts.errors import AlbumNotFound, LimitReached, PhotoNotFound, ShareNotFound
from critic_core.contracts.identity import new_id
from critic_core.contracts.photo import Photo, PhotoState
from critic_core.contracts.share import Share
from critic_core.stores.albums import AlbumStore
from critic_core.stores.jobs import JobStore
from critic_core.stores.shares import MAX_PIN_ATTEMPTS, MAX_SHARES, PIN_ATTEMPTS_SECONDS, ShareStore, StoredShare

NOW = datetime.now(UTC)
END = NOW + timedelta(hours=1)
Create = Callable[..., StoredShare]


@pytest.fixture
def albums(client: "redis.Redis") -> AlbumStore:
    return AlbumStore(client)


@pytest.fixture
def shares(client: "redis.Redis") -> ShareStore:
    return ShareStore(client)


@pytest.fixture
def album(albums: AlbumStore) -> str:
    counts = Counts(photos=0, pending=0, done=0, failed=0)
    album = Album(id=new_id(), created_at=NOW, expires_at=END, counts=counts)
    albums.create(album)
    return album.id


@pytest.fixture
def create(shares: ShareStore, album: str) -> Create:
    def create(expires_at: datetime = END) -> StoredShare:
        share = Share(id=new_id(), album=album, pin_required=False, created_at=NOW, expires_at=expires_at)
        stored = StoredShare(share, f"digest-{share.id}", "")
        shares.create(stored)
        return stored

    return create


@pytest.fixture
def photo(client: "redis.Redis", albums: AlbumStore, album: str) -> str:
    photo = Photo(
        id=new_id(), state=PhotoState.queued, media_type="image/jpeg", size_bytes=1, sha256="0" * 64,
        album=album, created_at=NOW, expires_at=END,
    )  # fmt: skip
    JobStore(client).finish(albums.add(photo, 10), make_critique())
    return photo.id


def test_a_link_is_found_by_its_digest_until_it_is_revoked(shares: ShareStore, create: Create, album: str) -> None:
    stored = create()
    assert shares.find(stored.digest) == stored
    assert shares.of(album) == [stored.share]
    shares.delete(album, stored.share.id)
    assert shares.of(album) == []
    for call in (lambda: shares.find(stored.digest), lambda: shares.delete(album, stored.share.id)):
        with pytest.raises(ShareNotFound):
            call()


def test_a_link_is_revoked_through_its_own_album_only(shares: ShareStore, create: Create) -> None:
    stored = create()
    with pytest.raises(ShareNotFound):
        shares.delete(new_id(), stored.share.id)
    assert shares.find(stored.digest) == stored


def test_an_expired_link_is_unknown_and_makes_room(shares: ShareStore, create: Create, album: str) -> None:
    expired = [create(NOW - timedelta(seconds=1)) for _ in range(MAX_SHARES)]
    assert shares.of(album) == []
    with pytest.raises(ShareNotFound):
        shares.find(expired[0].digest)
    stored = create()
    assert shares.of(album) == [stored.share]


def test_an_album_has_a_limit_of_links(create: Create) -> None:
    for _ in range(MAX_SHARES):
        create()
    with pytest.raises(LimitReached):
        create()


def test_links_and_favourites_go_with_the_album(
    client: "redis.Redis", albums: AlbumStore, shares: ShareStore, create: Create, album: str, photo: str
) -> None:
    stored = create()
    shares.set_favourite(stored.share, photo, favourite=True)
    shares.count_attempt(stored.digest)
    albums.mark_deleted(album)
    assert client.keys("*share*") == []
    with pytest.raises(ShareNotFound):
        shares.find(stored.digest)
    with pytest.raises(AlbumNotFound):
        create()
    albums.purge(album)
    assert client.keys(f"*{album}*") == []


def test_every_key_expires_with_the_album(
    client: "redis.Redis", shares: ShareStore, create: Create, album: str, photo: str
) -> None:
    stored = create()
    shares.set_favourite(stored.share, photo, favourite=True)
    names = [f"critic:album:{album}:shares", f"critic:album:{album}:favourites", f"critic:share:{stored.digest}"]
    assert [client.expiretime(name) for name in names] == [int(END.timestamp())] * 3


def test_favourites_are_suggestions(
    albums: AlbumStore, shares: ShareStore, create: Create, album: str, photo: str
) -> None:
    albums.decide(album, photo, Choice(flag=Flag.reject))
    before = albums.get(album)
    links = [create(), create()]
    for stored in (*links, links[0]):
        shares.set_favourite(stored.share, photo, favourite=True)
    (row,) = albums.page(album, None, 10).photos
    assert (row.favourites, row.decision and row.decision.flag) == (2, Flag.reject)
    assert albums.get(album) == before
    shares.set_favourite(links[1].share, photo, favourite=False)
    assert [shares.favourites(stored.share, [photo]) for stored in links] == [{photo}, set()]
    assert shares.favourites(links[0].share, []) == set()
    assert shares.count_favourites(album) == {photo: 1}
    marks = [event.kind for event in albums.events(album, "0")].count("favourite")
    assert marks == 3  # without the repetition
    assert [event.photo.favourites for event in albums.events(album, "0") if event.photo][-1] == 1


def test_a_photo_outside_the_album_is_no_favourite(shares: ShareStore, create: Create) -> None:
    with pytest.raises(PhotoNotFound):
        shares.set_favourite(create().share, new_id(), favourite=True)


def test_favourites_go_with_the_photo(
    client: "redis.Redis", shares: ShareStore, create: Create, album: str, photo: str
) -> None:
    shares.set_favourite(create().share, photo, favourite=True)
    JobStore(client).delete(photo)
    assert client.hgetall(f"critic:album:{album}:favourites") == {}


def test_marks_of_a_photo_have_a_limit(
    client: "redis.Redis", shares: ShareStore, create: Create, album: str, photo: str
) -> None:
    share = create().share
    for number in range(MAX_SHARES + 1):
        shares.set_favourite(share.model_copy(update={"id": f"revoked-{number}"}), photo, favourite=True)
    assert AlbumStore(client).page(album, None, 1).photos[0].favourites == MAX_SHARES


def test_attempts_are_limited_for_a_while(client: "redis.Redis", shares: ShareStore, create: Create) -> None:
    stored = create()
    shares.count_attempt(stored.digest)
    shares.refund_attempt(stored.digest)
    assert [shares.count_attempt(stored.digest) for _ in range(MAX_PIN_ATTEMPTS)] == [0] * MAX_PIN_ATTEMPTS
    assert PIN_ATTEMPTS_SECONDS - 5 <= shares.count_attempt(stored.digest) <= PIN_ATTEMPTS_SECONDS
    assert shares.count_attempt(create().digest) == 0
    client.delete(f"critic:share:{stored.digest}:attempts")
    assert shares.count_attempt(stored.digest) == 0
    shares.refund_attempt("expired meanwhile")
    assert client.exists("critic:share:expired meanwhile:attempts") == 0
