"""Questions about albums: a worker answers, the gateway waits for it and tells it page by page."""

import asyncio
from contextlib import suppress

from starlette.concurrency import run_in_threadpool

from critic_core.contracts.album import ALBUM_QUEUE, ALBUM_RESULT_TASK, Album, GroupsQuery, Question, query_digest
from critic_core.contracts.errors import AlbumResultPending, InvalidRequest
from critic_core.runtime.queue import send
from critic_core.stores.album_results import Kept, Part, Where, result_key
from critic_gateway.dependencies import Parts

ASK_AGAIN_SECONDS = 10.0  # a question that was lost on its way


async def answer(album: Album, question: Question, parts: Parts, seconds: float) -> Kept:
    """An answer that knows all that the album was when it was read, however it goes on meanwhile.

    AlbumResultPending when there is none within that time.
    """
    deadline = asyncio.get_running_loop().time() + seconds
    digest = query_digest(question)
    with parts.bell.awaited(result_key(album.id, digest)) as kept_anew:
        while True:
            kept_anew.clear()
            kept = await run_in_threadpool(parts.answers.kept, album.id, digest)
            if kept is not None and _knows(kept, album, question):
                return kept
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                raise AlbumResultPending
            await run_in_threadpool(_ask, album, question, parts)
            with suppress(TimeoutError):
                await asyncio.wait_for(kept_anew.wait(), min(left, ASK_AGAIN_SECONDS))


def page(where: Where, token: str, first: int, limit: int, parts: Parts) -> Part:
    """Head and rows of an answer. InvalidRequest when it was replaced long ago."""
    told = parts.answers.part(where, token, first, limit)
    if told is None:
        raise InvalidRequest("The cursor is too old: the answer it pages through was forgotten. Begin anew without it.")
    return told


def _knows(kept: Kept, album: Album, question: Question) -> bool:
    """Groups do not depend on what was decided."""
    decided = isinstance(question, GroupsQuery) or kept.decision_revision >= album.decision_revision
    return kept.revision >= album.revision and decided


def _ask(album: Album, question: Question, parts: Parts) -> None:
    if parts.answers.ask(album.id, query_digest(question), ASK_AGAIN_SECONDS):
        send(parts.queue, ALBUM_RESULT_TASK, ALBUM_QUEUE, album.id, question.model_dump_json(), expires=60)
