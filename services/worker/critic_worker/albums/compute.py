"""A question about an album, from the queue to the answer that is kept. Safe to run twice: the newer answer stays."""

from pydantic import TypeAdapter

from critic_core.contracts.album import Question, digest_of
from critic_core.contracts.errors import AlbumNotFound
from critic_core.runtime.logs import logger
from critic_core.stores.album_results import AnswerStore
from critic_core.stores.albums import AlbumStore
from critic_worker.albums.results import arrange

_QUESTIONS: TypeAdapter[Question] = TypeAdapter(Question)

log = logger(__name__)


def answer(album_id: str, told: str, albums: AlbumStore, answers: AnswerStore) -> None:
    """Answer the question (JSON) for all photos that are done now. An album that is gone needs none.

    Raises QueueUnavailable; the gateway asks again when no answer comes.
    """
    question = _QUESTIONS.validate_json(told)
    digest = digest_of(question)
    answers.take_up(album_id, digest)
    try:
        snapshot = albums.snapshot(album_id)
    except AlbumNotFound:
        return
    parts = arrange(snapshot, question)
    answers.keep(album_id, digest, snapshot.revision, snapshot.decided, parts)
    log.info("album_arranged", album_id=album_id, kind=question.kind, photos=len(snapshot.marks))
