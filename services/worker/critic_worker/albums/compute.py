"""An album query and its result: groups, or a selection. Idempotent: the store keeps the newer of two results."""

from pydantic import TypeAdapter

from critic_core.contracts.album import AlbumQuery, GroupLevel, GroupsQuery, query_digest
from critic_core.contracts.errors import AlbumNotFound, TooManyPairs
from critic_core.runtime.logs import logger
from critic_core.stores.album_results import AlbumResultStore, ResultSection
from critic_core.stores.albums import AlbumStore, Snapshot
from critic_core.stores.tastes import ActiveTaste, TasteStore
from critic_worker.albums.group_rows import render_groups
from critic_worker.albums.selecting.selection_rows import render_selection
from critic_worker.albums.table import album_table

_QUERY: TypeAdapter[AlbumQuery] = TypeAdapter(AlbumQuery)

log = logger(__name__)


def compute_album_result(
    album_id: str, query_json: str, albums: AlbumStore, results: AlbumResultStore, tastes: TasteStore
) -> None:
    """Compute and store the result for all finished photos; nothing for a deleted album.

    Raises QueueUnavailable; the gateway repeats a query without a result.
    """
    query = _QUERY.validate_json(query_json)
    digest = query_digest(query)
    results.begin(album_id, digest)
    try:
        snapshot = albums.snapshot(album_id)
        taste = tastes.active(albums.get(album_id).owner) if query.taste else None
    except AlbumNotFound:
        return
    try:
        sections = result_sections(snapshot, query, taste)
    except TooManyPairs:
        sections = {}
    results.save(album_id, digest, snapshot.revision, snapshot.decision_revision, sections)
    log.info("album_result_computed", album_id=album_id, kind=query.kind, photos=len(snapshot.features))


def result_sections(
    snapshot: Snapshot, query: AlbumQuery, taste: ActiveTaste | None = None
) -> dict[str, ResultSection]:
    """The sections by name: the groups of each level, or the `photos` of a selection."""
    table = album_table(snapshot, query.thresholds, taste)
    if isinstance(query, GroupsQuery):
        return {level.value: render_groups(table, level, query.thresholds) for level in GroupLevel}
    return {"photos": render_selection(table, query)}
