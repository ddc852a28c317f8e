"""`photo-critic dead-letters`: photos that were set aside after they crashed their worker several times."""

from typing import Annotated

import typer

from critic_cli.options import DataFolderOption
from critic_cli.stack.data_folder import DEFAULT_DATA_FOLDER, DataFolder
from critic_cli.stack.worker_command import run_worker_command


def dead_letters(
    replay: Annotated[bool, typer.Option("--replay", help="Queue them again.")] = False,
    data_folder: DataFolderOption = DEFAULT_DATA_FOLDER,
) -> None:
    """List dead letters, or queue them again. Uses the queue of CRITIC_REDIS_URL or of the local stack."""
    arguments = ["--replay"] * replay
    raise typer.Exit(run_worker_command("critic_worker.maintenance.dead_letters", arguments, DataFolder(data_folder)))
