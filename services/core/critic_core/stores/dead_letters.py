"""Photos that were set aside because they brought down their worker again and again."""

from dataclasses import dataclass
from datetime import datetime

from critic_core.contracts.errors import PhotoNotFound
from critic_core.runtime.queue import celery_app, enqueue
from critic_core.runtime.settings import QueueSettings
from critic_core.stores.jobs import JobStore


@dataclass(frozen=True)
class DeadLetter:
    """What is known of one; of a photo whose time to live ran out, its id alone."""

    photo_id: str
    file_name: str = ""
    taken_in: datetime | None = None
    what_happened: str = "forgotten: its time to live ran out"


def dead_letters(store: JobStore) -> list[DeadLetter]:
    """All that were set aside. Raises QueueUnavailable."""
    return [_letter(photo_id, store) for photo_id in store.dead_letters()]


def replay(store: JobStore, settings: QueueSettings) -> str:
    """Give each of them another try; a sentence about how many. Raises QueueUnavailable."""
    app, letters = celery_app(settings), store.dead_letters()
    revived = [photo_id for photo_id in letters if store.revive(photo_id)]
    for photo_id in revived:
        enqueue(app, photo_id)
    return f"{len(revived)} photos wait for another try; {len(letters) - len(revived)} were forgotten already."


def _letter(photo_id: str, store: JobStore) -> DeadLetter:
    try:
        photo = store.get(photo_id)
    except PhotoNotFound:
        return DeadLetter(photo_id)
    problem = photo.problem.detail if photo.problem else ""
    return DeadLetter(photo_id, photo.file_name or "", photo.created_at, problem)
