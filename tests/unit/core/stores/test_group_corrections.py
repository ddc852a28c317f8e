"""Corrections of groups on a real queue server: in order, once, bounded, and gone with the album."""

import pytest
import redis
from tests.support.albums import new_album

from critic_core.contracts.errors import AlbumNotFound, LimitReached
from critic_core.contracts.group_correction import MAX_CORRECTIONS, CorrectionKind, NewGroupCorrection
from critic_core.stores.albums import AlbumStore, album_key
from critic_core.stores.group_corrections import GroupCorrectionStore


@pytest.fixture
def albums(client: "redis.Redis") -> AlbumStore:
    return AlbumStore(client)


@pytest.fixture
def corrections(client: "redis.Redis") -> GroupCorrectionStore:
    return GroupCorrectionStore(client)


@pytest.fixture
def album(albums: AlbumStore) -> str:
    album = new_album()
    albums.create(album)
    return album.id


def merge(name: str, *photos: str) -> NewGroupCorrection:
    return NewGroupCorrection(id=f"correction-{name}", kind=CorrectionKind.merge, photos=photos or ("a", "b"))


def test_corrections_apply_in_order(corrections: GroupCorrectionStore, albums: AlbumStore, album: str) -> None:
    for name in ("z", "a", "m"):
        corrections.add(album, merge(name, "one", name))
    assert [correction.photos for correction in corrections.of(album)] == [("one", name) for name in ("z", "a", "m")]
    assert albums.snapshot(album).corrections == corrections.of(album)
    corrections.withdraw(album, "correction-a")
    assert [correction.id for correction in corrections.of(album)] == ["correction-z", "correction-m"]


def test_every_change_is_a_revision_and_an_event(
    corrections: GroupCorrectionStore, albums: AlbumStore, album: str
) -> None:
    before = albums.get(album).revision
    corrections.add(album, merge("one"))
    corrections.add(album, merge("one"))  # again
    corrections.withdraw(album, "correction-one")
    corrections.withdraw(album, "correction-one")
    assert albums.get(album).revision == before + 2
    assert [event.kind for event in albums.events(album, "0")] == ["groups_corrected"] * 2


def test_an_album_has_so_many(corrections: GroupCorrectionStore, album: str) -> None:
    for number in range(MAX_CORRECTIONS):
        corrections.add(album, merge(f"{number}"))
    with pytest.raises(LimitReached):
        corrections.add(album, merge("more"))
    corrections.add(album, merge("0"))  # known


def test_corrections_go_with_the_album(
    client: "redis.Redis", corrections: GroupCorrectionStore, albums: AlbumStore, album: str
) -> None:
    corrections.add(album, merge("one"))
    assert 0 < client.ttl(album_key(album, "corrections")) <= 3600
    albums.mark_deleted(album)
    albums.purge(album)
    assert not client.exists(album_key(album, "corrections"))
    with pytest.raises(AlbumNotFound):
        corrections.add(album, merge("two"))
