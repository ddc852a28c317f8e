"""`photo-critic model`: versions of the model and their traffic split. Runs the worker's own command."""

from typing import Annotated

import typer

from critic_cli.options import DataFolderOption
from critic_cli.stack.data_folder import DEFAULT_DATA_FOLDER, DataFolder
from critic_cli.stack.worker_command import run_worker_command


def model(
    action: Annotated[
        list[str] | None,
        typer.Argument(help="show, shadow 2, compare, canary 2:10%, promote 2, rollback or reset.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Output of show and compare as JSON.")] = False,
    data_folder: DataFolderOption = DEFAULT_DATA_FOLDER,
) -> None:
    """Show or change the active versions of the model, in the queue of CRITIC_REDIS_URL or of the local stack."""
    arguments = [*(action or ["show"]), *(["--json"] * as_json)]
    raise typer.Exit(run_worker_command("critic_worker.rollout", arguments, DataFolder(data_folder)))
