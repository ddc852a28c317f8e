"""Album queries: a worker computes the result, the gateway long-polls for it and serves it in pages."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from celery import Celery
from starlette.concurrency import run_in_threadpool

from critic_core.contracts.album import (
    ALBUM_QUEUE,
    ALBUM_RESULT_TASK,
    Album,
    AlbumQuery,
    GroupsQuery,
    query_digest,
)
from critic_core.contracts.errors import AlbumResultPending, InvalidRequest, TooManyPairs
from critic_core.runtime.queue import send
from critic_core.stores.album_results import AlbumResultStore, ResultSection, SectionKey, StoredResult, result_key
from critic_gateway.notifications.subscriber import ChangeSubscriber

RESEND_SECONDS = 10.0  # in case the task was lost


@dataclass(frozen=True)
class AlbumQueries:
    """Results of album queries."""

    results: AlbumResultStore
    changes: ChangeSubscriber
    queue: Celery

    async def result(self, album: Album, query: AlbumQuery, wait_seconds: float) -> StoredResult:
        """A result that is as new as this state of the album. AlbumResultPending at the timeout, or TooManyPairs."""
        deadline = asyncio.get_running_loop().time() + wait_seconds
        digest = query_digest(query)
        with self.changes.watch(result_key(album.id, digest)) as changed:
            while True:
                changed.clear()
                result = await run_in_threadpool(self.results.latest, album.id, digest)
                if result is not None and _is_current(result, album, query):
                    return _computed(result)
                remaining = deadline - asyncio.get_running_loop().time()
                if remaining <= 0:
                    raise AlbumResultPending
                await run_in_threadpool(self._request, album.id, query)
                with suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), min(remaining, RESEND_SECONDS))

    def page(self, key: SectionKey, token: str, first: int, limit: int) -> ResultSection:
        """Head and rows of a result. InvalidRequest when the result has expired."""
        section = self.results.section(key, token, first, limit)
        if section is None:
            raise InvalidRequest("The cursor has expired; start again without a cursor.")
        return section

    def _request(self, album_id: str, query: AlbumQuery) -> None:
        if self.results.acquire_request(album_id, query_digest(query), RESEND_SECONDS):
            send(self.queue, ALBUM_RESULT_TASK, ALBUM_QUEUE, album_id, query.model_dump_json(), expires=60)


def _computed(result: StoredResult) -> StoredResult:
    if result.too_many_pairs:
        raise TooManyPairs
    return result


def _is_current(result: StoredResult, album: Album, query: AlbumQuery) -> bool:
    """Groups do not depend on decisions."""
    has_decisions = isinstance(query, GroupsQuery) or result.decision_revision >= album.decision_revision
    return result.revision >= album.revision and has_decisions
