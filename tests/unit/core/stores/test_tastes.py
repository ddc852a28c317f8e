"""A taste belongs to its owner, and does not come back after its deletion."""

import pytest
import redis
from tests.support.albums import new_album
from tests.support.critiques import make_critique, make_photo
from tests.support.tastes import make_model, make_taste, save_taste

from critic_core.contracts.album import Choice, Flag
from critic_core.contracts.photo import PhotoState
from critic_core.contracts.taste import Taste, TasteState
from critic_core.stores.albums import AlbumStore
from critic_core.stores.jobs import JobStore
from critic_core.stores.single_flight import acquire_request
from critic_core.stores.tastes import TTL_SECONDS, TasteStore, taste_key

OWNER, STRANGER = "ann", "bob"


@pytest.fixture
def tastes(client: "redis.Redis") -> TasteStore:
    return TasteStore(client)


def album_of(client: "redis.Redis", owner: str) -> tuple[str, str]:
    """An album with a done photo."""
    album = new_album(owner)
    AlbumStore(client).create(album)
    photo = make_photo(PhotoState.queued, owner=owner).model_copy(update={"album": album.id})
    AlbumStore(client).add(photo, 10)
    JobStore(client).finish(photo.id, make_critique())
    return album.id, photo.id


def test_a_taste_is_off_at_first(tastes: TasteStore) -> None:
    assert tastes.get(OWNER) == Taste()
    assert tastes.export(OWNER) is None


@pytest.mark.parametrize(
    ("enabled", "state", "in_use"),
    [(True, TasteState.proven, True), (True, TasteState.unproven, False), (False, TasteState.proven, False)],
)
def test_a_taste_is_in_use_while_on_and_proven(
    tastes: TasteStore, enabled: bool, state: TasteState, in_use: bool
) -> None:
    save_taste(tastes, OWNER, make_taste(state))
    tastes.switch(OWNER, enabled)
    active = tastes.active(OWNER)
    assert (tastes.active_version(OWNER) == "v1", active is not None) == (in_use, in_use)
    assert tastes.active(STRANGER) is None


def test_decisions_of_the_owner_alone_make_a_taste_outdated(tastes: TasteStore, client: "redis.Redis") -> None:
    albums = AlbumStore(client)
    (album, photo), (other_album, other_photo) = album_of(client, OWNER), album_of(client, STRANGER)
    save_taste(tastes, OWNER, make_taste())
    albums.decide(other_album, other_photo, Choice(flag=Flag.pick))
    assert tastes.is_current(OWNER)
    albums.decide(album, photo, Choice(flag=Flag.pick))
    assert not tastes.is_current(OWNER)
    assert tastes.basis(OWNER).albums == (album,)
    assert [decision.flag for _, decision in albums.decided(album)] == [Flag.pick]


def test_a_deleted_taste_does_not_come_back(tastes: TasteStore, client: "redis.Redis") -> None:
    token, basis = tastes.begin(OWNER), tastes.basis(OWNER)
    assert token is not None
    assert acquire_request(client, taste_key(OWNER), 20)
    tastes.delete(OWNER)
    assert not tastes.save(OWNER, token, basis, make_taste(), make_model([1.0]))
    assert not client.keys(f"{taste_key(OWNER)}*")


def test_one_training_at_a_time(tastes: TasteStore) -> None:
    """A long training is stored, however often a client asks meanwhile."""
    token = tastes.begin(OWNER)
    assert token is not None
    assert tastes.begin(OWNER) is None
    assert tastes.save(OWNER, token, tastes.basis(OWNER), make_taste(), make_model([1.0]))
    assert tastes.begin(OWNER) is not None


def test_a_result_ends_the_request(tastes: TasteStore, client: "redis.Redis") -> None:
    assert acquire_request(client, taste_key(OWNER), 20)
    assert not acquire_request(client, taste_key(OWNER), 20)
    save_taste(tastes, OWNER, make_taste())
    assert acquire_request(client, taste_key(OWNER), 20)
    assert 0 < client.ttl(taste_key(OWNER)) <= TTL_SECONDS
