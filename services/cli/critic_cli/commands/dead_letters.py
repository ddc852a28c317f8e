"""`photo-critic dead-letters`: photos that were set aside after they crashed their worker several times."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from critic_cli.errors import CommandError
from critic_cli.options import DataFolderOption
from critic_cli.stack.data_folder import DEFAULT_DATA_FOLDER, DataFolder
from critic_cli.stack.plan import queue_settings
from critic_core.contracts.errors import QueueUnavailable
from critic_core.runtime.redis_client import connect
from critic_core.runtime.settings import QueueSettings
from critic_core.stores import dead_letters as letters
from critic_core.stores.jobs import JobStore


def dead_letters(
    replay: Annotated[bool, typer.Option("--replay", help="Queue them again.")] = False,
    data_folder: DataFolderOption = DEFAULT_DATA_FOLDER,
) -> None:
    """List dead letters, or queue them again. Uses the queue of CRITIC_REDIS_URL or of the local stack."""
    settings = _settings(DataFolder(data_folder))
    store = JobStore(connect(settings.redis_url))
    try:
        if replay:
            print(letters.replay(store, settings))
        else:
            Console().print(_table(letters.dead_letters(store)))
    except QueueUnavailable as error:
        raise CommandError(f"{error.detail} Check that it runs, and that CRITIC_REDIS_URL is its address.") from error


def _settings(folder: DataFolder) -> QueueSettings:
    settings, stack = queue_settings(), folder.running_stack()
    if "redis_url" in settings.model_fields_set or stack is None:
        return settings
    return settings.model_copy(update={"redis_url": stack.redis_url})


def _table(found: list[letters.DeadLetter]) -> Table | str:
    table = Table("Photo", "Name", "Uploaded", "Problem", box=None, pad_edge=False)
    for letter in found:
        uploaded = f"{letter.created_at:%Y-%m-%d %H:%M}" if letter.created_at else ""
        table.add_row(letter.photo_id, Text(letter.file_name), uploaded, letter.detail)
    return table if found else "No dead letters."
