"""`photo-critic dead-letters`: photos that were set aside because they brought down their worker again and again."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from critic_cli.options import DataFolderOption
from critic_cli.refusal import Refusal
from critic_cli.stack.data_folder import DEFAULT_DATA_FOLDER, DataFolder
from critic_cli.stack.plan import queue_settings
from critic_core.contracts.errors import PhotoNotFound, QueueUnavailable
from critic_core.runtime.job_store import JobStore, connect
from critic_core.runtime.queue import celery_app, enqueue
from critic_core.runtime.settings import QueueSettings


def dead_letters(
    replay: Annotated[bool, typer.Option("--replay", help="Give each of them another try.")] = False,
    data_folder: DataFolderOption = DEFAULT_DATA_FOLDER,
) -> None:
    """List the photos that were set aside as poison, in the queue of CRITIC_REDIS_URL or of the local stack."""
    settings = _settings(DataFolder(data_folder))
    store = JobStore(connect(settings.redis_url))
    try:
        letters = store.dead_letters()
        if replay:
            _replay(letters, store, settings)
        else:
            _list(letters, store)
    except QueueUnavailable as error:
        raise Refusal(f"{error.detail} Is it running, and is CRITIC_REDIS_URL its address?") from error


def _settings(folder: DataFolder) -> QueueSettings:
    told = queue_settings()
    note = folder.note()
    if "redis_url" in told.model_fields_set or note is None:
        return told
    return told.model_copy(update={"redis_url": note.redis_url})


def _list(letters: list[str], store: JobStore) -> None:
    table = Table("Photo", "Name", "Taken in", "What happened", box=None, pad_edge=False)
    for photo_id in letters:
        try:
            photo = store.get(photo_id)
        except PhotoNotFound:
            table.add_row(photo_id, "", "", "forgotten: its time to live ran out")
            continue
        problem = photo.problem.detail if photo.problem else ""
        table.add_row(photo_id, Text(photo.file_name or ""), f"{photo.created_at:%Y-%m-%d %H:%M}", problem)
    Console().print(table if letters else "No dead letters.")


def _replay(letters: list[str], store: JobStore, settings: QueueSettings) -> None:
    app = celery_app(settings)
    revived = [photo_id for photo_id in letters if store.revive(photo_id)]
    for photo_id in revived:
        enqueue(app, photo_id)
    print(f"{len(revived)} photos wait for another try; {len(letters) - len(revived)} were forgotten already.")
