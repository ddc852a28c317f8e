"""Album queries: a worker computes the result, the gateway long-polls for it and serves it in pages."""

from dataclasses import dataclass
from functools import partial

from starlette.concurrency import run_in_threadpool

from critic_core.contracts.album import (
    ALBUM_RESULT_TASK,
    Album,
    AlbumQuery,
    GroupsQuery,
    encode_query,
    query_digest,
)
from critic_core.contracts.errors import AlbumResultPending, InvalidRequest, TooManyPairs
from critic_core.stores.album_results import AlbumResultStore, SectionKey, StoredResult, result_key
from critic_core.stores.owners import MAX_SCANNED
from critic_core.stores.tastes import TasteStore
from critic_gateway.notifications.on_demand import OnDemandResult, OnDemandResults

RESEND_SECONDS, EXPIRES_SECONDS = 10.0, 60.0


@dataclass(frozen=True)
class RowsPage:
    """Rows of a result, and the index at which the next page begins; none after the last page."""

    head: str
    rows: list[str]
    following: int | None


@dataclass(frozen=True)
class AlbumQueries:
    """Results of album queries."""

    results: AlbumResultStore
    on_demand: OnDemandResults
    tastes: TasteStore

    async def by_taste(self, album: Album, query: AlbumQuery) -> AlbumQuery:
        """The query by the taste of the album's owner, if one is in use."""
        version = await run_in_threadpool(self.tastes.active_version, album.owner)
        return query.model_copy(update={"taste": version})

    async def result(self, album: Album, query: AlbumQuery, wait_seconds: float) -> StoredResult:
        """A result that is as new as this state of the album. AlbumResultPending at the timeout, or TooManyPairs."""
        result = OnDemandResult(
            result_key(album.id, query_digest(query)),
            partial(self._current, album, query),
            ALBUM_RESULT_TASK,
            (album.id, encode_query(query)),
            AlbumResultPending,
            RESEND_SECONDS,
            EXPIRES_SECONDS,
        )
        return _without_refusal(await self.on_demand.get(result, wait_seconds))

    def page(self, key: SectionKey, token: str, first: int, limit: int, containing: str = "") -> RowsPage:
        """Head, and at most `limit` rows with this text in them, of MAX_SCANNED rows.

        InvalidRequest when the result has expired.
        """
        section = self.results.section(key, token, first, max(limit, MAX_SCANNED) if containing else limit)
        if section is None:
            raise InvalidRequest("The cursor has expired; start again without a cursor.")
        matching = [(index, row) for index, row in enumerate(section.rows, first) if containing in row]
        following = first + len(section.rows) if section.more else None
        if len(matching) > limit:
            following = matching[limit][0]
        return RowsPage(section.head, [row for _, row in matching[:limit]], following)

    def _current(self, album: Album, query: AlbumQuery) -> StoredResult | None:
        result = self.results.latest(album.id, query_digest(query))
        return result if result is not None and _is_current(result, album, query) else None


def _without_refusal(result: StoredResult) -> StoredResult:
    if result.too_many_pairs:
        raise TooManyPairs
    return result


def _is_current(result: StoredResult, album: Album, query: AlbumQuery) -> bool:
    """Groups do not depend on decisions."""
    has_decisions = isinstance(query, GroupsQuery) or result.decision_revision >= album.decision_revision
    return result.revision >= album.revision and has_decisions
