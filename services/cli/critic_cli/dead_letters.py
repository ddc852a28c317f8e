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
from critic_core.contracts.errors import QueueUnavailable
from critic_core.runtime import dead_letters as letters
from critic_core.runtime.job_store import JobStore, connect
from critic_core.runtime.settings import QueueSettings


def dead_letters(
    replay: Annotated[bool, typer.Option("--replay", help="Give each of them another try.")] = False,
    data_folder: DataFolderOption = DEFAULT_DATA_FOLDER,
) -> None:
    """List the photos that were set aside as poison, in the queue of CRITIC_REDIS_URL or of the local stack."""
    settings = _settings(DataFolder(data_folder))
    store = JobStore(connect(settings.redis_url))
    try:
        if replay:
            print(letters.replay(store, settings))
        else:
            Console().print(_table(letters.dead_letters(store)))
    except QueueUnavailable as error:
        raise Refusal(f"{error.detail} Is it running, and is CRITIC_REDIS_URL its address?") from error


def _settings(folder: DataFolder) -> QueueSettings:
    told = queue_settings()
    note = folder.note()
    if "redis_url" in told.model_fields_set or note is None:
        return told
    return told.model_copy(update={"redis_url": note.redis_url})


def _table(found: list[letters.DeadLetter]) -> Table | str:
    table = Table("Photo", "Name", "Taken in", "What happened", box=None, pad_edge=False)
    for each in found:
        taken_in = f"{each.taken_in:%Y-%m-%d %H:%M}" if each.taken_in else ""
        table.add_row(each.photo_id, Text(each.file_name), taken_in, each.what_happened)
    return table if found else "No dead letters."
