"""Indexes of owners on a real server: order, pages, filters, and that nothing outlives a deletion or an expiry."""

from datetime import UTC, datetime, timedelta

import pytest
import redis
from tests.support.albums import new_album
from tests.support.critiques import make_critique, make_photo

from critic_core.contracts.album import Counts
from critic_core.contracts.errors import AlbumNotFound, PhotoNotFound
from critic_core.contracts.identity import ANONYMOUS
from critic_core.contracts.photo import Photo, PhotoState
from critic_core.stores import owners as module
from critic_core.stores.albums import AlbumStore
from critic_core.stores.jobs import JobStore, photo_hash
from critic_core.stores.owners import Filters, IdPage, OwnerIndex, OwnerStore, idempotency_key

NONE = Counts(photos=0, pending=0, done=0, failed=0)


@pytest.fixture
def owners(client: "redis.Redis") -> OwnerStore:
    return OwnerStore(client)


@pytest.fixture
def jobs(client: "redis.Redis") -> JobStore:
    return JobStore(client)


@pytest.fixture
def albums(client: "redis.Redis") -> AlbumStore:
    return AlbumStore(client)


def new_photo(owner: str = "ann", **fields: object) -> Photo:
    return make_photo(PhotoState.queued, owner=owner).model_copy(update=fields)


def created(jobs: JobStore, owner: str = "ann", **fields: object) -> str:
    photo = new_photo(owner, **fields)
    jobs.create(photo)
    return photo.id


def created_album(albums: AlbumStore, owner: str = "ann", name: str | None = None) -> str:
    album = new_album(owner, name)
    albums.create(album)
    return album.id


def pages(owners: OwnerStore, limit: int) -> list[list[str]]:
    """The ids of all pages of photos."""
    found, after = [], None
    while True:
        page = owners.find("ann", OwnerIndex.photos, limit, after)
        found.append(page.ids)
        if page.following is None:
            return found
        after = page.following


def test_an_owner_has_only_photos_and_albums_of_its_own(owners: OwnerStore, jobs: JobStore, albums: AlbumStore) -> None:
    photo, album = created(jobs), created_album(albums)
    created(jobs, "bob")
    member = new_photo(album=album, sha256="1")
    albums.add(member, 10)
    assert owners.find("ann", OwnerIndex.photos, 10) == IdPage(sorted([photo, member.id], reverse=True), None)
    assert owners.find("ann", OwnerIndex.albums, 10) == IdPage([album], None)
    assert owners.find("eve", OwnerIndex.photos, 10) == IdPage([], None)
    assert owners.count("ann", OwnerIndex.photos) == 2


@pytest.mark.parametrize(("limit", "sizes"), [(2, [2, 2, 1]), (5, [5]), (4, [4, 1])])
def test_pages_are_newest_first_and_complete(owners: OwnerStore, jobs: JobStore, limit: int, sizes: list[int]) -> None:
    ids = sorted([created(jobs) for _ in range(5)], reverse=True)
    found = pages(owners, limit)
    assert [len(page) for page in found] == sizes
    assert [photo_id for page in found for photo_id in page] == ids


def test_filters_compare_fields_prefixes_and_times(owners: OwnerStore, jobs: JobStore) -> None:
    day, hour = created(jobs, file_name="day.jpg"), created(jobs, file_name="hour.jpg")
    jobs.finish(hour, make_critique())
    now = datetime.now(UTC)
    for filters, ids in (
        (Filters(equal={"state": "done"}), [hour]),
        (Filters(prefix={"file_name": "da"}), [day]),
        (Filters(equal={"state": "done"}, prefix={"file_name": "da"}), []),
        (Filters(since=now + timedelta(minutes=1)), []),
        (Filters(before=now - timedelta(minutes=1)), []),
        (Filters(since=now - timedelta(minutes=1), before=now + timedelta(minutes=1)), [hour, day]),
    ):
        assert owners.find("ann", OwnerIndex.photos, 10, filters=filters).ids == sorted(ids, reverse=True)


def test_a_page_scans_a_bounded_number_of_ids(
    owners: OwnerStore, jobs: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_SCANNED", 2)
    ids = sorted([created(jobs, file_name=name) for name in ("a", "b", "b")])
    jobs.finish(ids[0], make_critique())
    first = owners.find("ann", OwnerIndex.photos, 10, filters=Filters(equal={"state": "done"}))
    assert first == IdPage([], ids[1])
    assert owners.find("ann", OwnerIndex.photos, 10, first.following, Filters(equal={"state": "done"})).ids == [ids[0]]


def test_a_page_of_all_scanned_ids_is_not_the_last(
    owners: OwnerStore, jobs: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_SCANNED", 2)
    ids = sorted([created(jobs) for _ in range(3)], reverse=True)
    assert pages(owners, 2) == [ids[:2], ids[2:]]


def test_no_index_outlives_its_photos_and_albums(
    owners: OwnerStore, jobs: JobStore, albums: AlbumStore, client: "redis.Redis"
) -> None:
    photo, album = created(jobs), created_album(albums)
    jobs.delete(photo)
    albums.mark_deleted(album)
    assert owners.find("ann", OwnerIndex.albums, 10).ids == []
    albums.purge(album)
    assert client.keys("*") == []


def test_an_expired_photo_or_album_leaves_the_index_though_redis_has_dropped_its_owner(
    jobs: JobStore, albums: AlbumStore, client: "redis.Redis"
) -> None:
    photo, album = created(jobs), created_album(albums)
    client.delete(photo_hash(photo), f"critic:album:{album}")
    jobs.delete(photo)
    albums.purge(album)
    assert client.keys("*") == []


def test_a_photo_marked_as_deleted_is_hidden_and_due_for_the_reaper(
    owners: OwnerStore, jobs: JobStore, client: "redis.Redis"
) -> None:
    photo = created(jobs)
    assert jobs.mark_deleted(photo)
    assert not jobs.mark_deleted(photo)
    assert (jobs.expired(), jobs.backlog(), owners.count("ann", OwnerIndex.photos)) == ([photo], 0, 0)
    jobs.purge(photo)
    assert client.keys("*") == []


def test_what_another_owner_has_is_not_found(jobs: JobStore, albums: AlbumStore, client: "redis.Redis") -> None:
    photo, album = created(jobs), created_album(albums)
    assert (jobs.get(photo, "ann").id, albums.get(album, "ann").id) == (photo, album)
    with pytest.raises(PhotoNotFound):
        jobs.get(photo, "bob")
    with pytest.raises(AlbumNotFound):
        albums.get(album, "bob")
    client.hdel(photo_hash(photo), "owner")  # as stored by version 0.2
    assert jobs.get(photo, ANONYMOUS).owner == ANONYMOUS
    with pytest.raises(PhotoNotFound):
        jobs.get(photo, "ann")


def test_entries_are_photos_without_critiques_and_skip_deleted_ones(jobs: JobStore) -> None:
    done, deleted = created(jobs, file_name="a.jpg"), created(jobs)
    jobs.finish(done, make_critique(80))
    jobs.delete(deleted)
    (entry,) = jobs.entries([deleted, done])
    assert (entry.id, entry.state, entry.file_name) == (done, PhotoState.done, "a.jpg")
    assert entry.summary is not None
    assert entry.summary.score == 80


def test_albums_are_read_together_and_deleted_ones_skipped(albums: AlbumStore) -> None:
    first, second = created_album(albums, name="Wedding"), created_album(albums)
    albums.mark_deleted(second)
    (album,) = albums.get_all([second, first])
    assert (album.id, album.name, album.owner) == (first, "Wedding", "ann")


def test_idempotency_keys_of_one_owner_are_deleted(owners: OwnerStore, client: "redis.Redis") -> None:
    for owner in ("ann", "anna"):
        client.set(idempotency_key(owner, "00"), 1)
    owners.delete_idempotency_keys("ann")
    assert client.keys("*") == [idempotency_key("anna", "00")]
