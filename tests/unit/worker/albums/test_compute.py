"""From a query to its stored result, on a real queue server."""

import pytest
import redis
from pydantic import ValidationError
from tests.support.albums import new_album
from tests.support.critiques import make_critique, make_photo
from tests.unit.worker.albums.snapshots import ALBUM

from critic_core.contracts.album import (
    AlbumQuery,
    GroupLevel,
    GroupsQuery,
    SelectionQuery,
    Thresholds,
    query_digest,
)
from critic_core.contracts.errors import TooManyPairs
from critic_core.contracts.photo import PhotoState
from critic_core.stores.album_results import SectionKey, result_key
from critic_core.stores.single_flight import acquire_request
from critic_worker.albums import compute as compute_module
from critic_worker.albums.compute import compute_album_result, result_sections
from critic_worker.context import WorkerContext

GROUPS = GroupsQuery(thresholds=Thresholds())
SELECTION = SelectionQuery(keep=1, thresholds=Thresholds())


def make_album(context: WorkerContext, finished: int) -> str:
    album = new_album()
    context.albums.create(album)
    for number in range(finished):
        photo = make_photo(PhotoState.queued).model_copy(update={"album": album.id, "sha256": str(number)})
        context.albums.add(photo, 10)
        context.jobs.finish(photo.id, make_critique())
    return album.id


def compute(context: WorkerContext, album_id: str, query: AlbumQuery) -> None:
    compute_album_result(album_id, query.model_dump_json(), context.albums, context.album_results, context.tastes)


def test_a_selection_is_stored_with_all_finished_photos(context: WorkerContext) -> None:
    album_id, digest = make_album(context, finished=2), query_digest(SELECTION)
    compute(context, album_id, SELECTION)
    stored = context.album_results.latest(album_id, digest)
    assert stored is not None
    assert stored.revision == context.albums.get(album_id).revision
    section = context.album_results.section(SectionKey(album_id, digest, "photos"), stored.token, 0, 10)
    assert section is not None
    assert len(section.rows) == 2


def test_a_computed_query_can_be_requested_again(context: WorkerContext, client: "redis.Redis") -> None:
    album_id = make_album(context, finished=1)
    key = result_key(album_id, query_digest(GROUPS))
    assert acquire_request(client, key, 60)
    assert not acquire_request(client, key, 60)
    compute(context, album_id, GROUPS)
    assert acquire_request(client, key, 60)


def test_a_deleted_album_has_no_result(context: WorkerContext) -> None:
    album_id = make_album(context, finished=1)
    context.albums.mark_deleted(album_id)
    compute(context, album_id, GROUPS)
    assert context.album_results.latest(album_id, query_digest(GROUPS)) is None


def test_an_invalid_query_is_an_error(context: WorkerContext) -> None:
    with pytest.raises(ValidationError):
        compute_album_result("id", '{"kind": "colours"}', context.albums, context.album_results, context.tastes)


def test_groups_have_a_section_for_each_level() -> None:
    assert set(result_sections(ALBUM, GROUPS)) == set(GroupLevel)
    assert set(result_sections(ALBUM, SELECTION)) == {"photos"}


def _raise() -> None:
    raise TooManyPairs


def test_too_many_pairs_are_a_stored_result(context: WorkerContext, monkeypatch: pytest.MonkeyPatch) -> None:
    album_id = make_album(context, finished=3)
    monkeypatch.setattr(compute_module, "result_sections", lambda snapshot, query, taste: _raise())
    compute(context, album_id, GROUPS)
    stored = context.album_results.latest(album_id, query_digest(GROUPS))
    assert stored is not None
    assert stored.too_many_pairs
