"""Dead letters: photos that crashed their workers repeatedly."""

from dataclasses import dataclass
from datetime import datetime

from critic_core.contracts.errors import PhotoNotFound
from critic_core.runtime.queue import celery_app, send_ticket
from critic_core.runtime.settings import QueueSettings
from critic_core.stores.jobs import JobStore


@dataclass(frozen=True)
class DeadLetter:
    """A dead letter; of an expired photo, the id alone."""

    photo_id: str
    file_name: str = ""
    created_at: datetime | None = None
    detail: str = "expired"


def dead_letters(store: JobStore) -> list[DeadLetter]:
    """All dead letters, oldest first. Raises QueueUnavailable."""
    return [_letter(photo_id, store) for photo_id in store.dead_letters()]


def replay(store: JobStore, settings: QueueSettings) -> str:
    """Enqueue every dead letter again; returns a sentence with the counts. Raises QueueUnavailable."""
    app, letters = celery_app(settings), store.dead_letters()
    queued = [photo_id for photo_id in letters if store.retry_dead_letter(photo_id)]
    for _ in queued:
        send_ticket(app)
    return f"{len(queued)} photos queued again; {len(letters) - len(queued)} have expired."


def _letter(photo_id: str, store: JobStore) -> DeadLetter:
    try:
        photo = store.get(photo_id)
    except PhotoNotFound:
        return DeadLetter(photo_id)
    problem = photo.problem.detail if photo.problem else ""
    return DeadLetter(photo_id, photo.file_name or "", photo.created_at, problem)
