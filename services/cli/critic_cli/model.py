"""`photo-critic model`: which version of the model answers. The worker's own command, told where the stack is."""

import os
import subprocess
import sys
from typing import Annotated

import typer

from critic_cli.options import DataFolderOption
from critic_cli.stack.data_folder import DEFAULT_DATA_FOLDER, DataFolder


def model(
    words: Annotated[
        list[str] | None,
        typer.Argument(help="show, shadow 2, drift, canary 2:10%, promote 2, rollback or reset.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="What show and drift tell, as JSON.")] = False,
    data_folder: DataFolderOption = DEFAULT_DATA_FOLDER,
) -> None:
    """Show or change which version of the model answers, with the queue of CRITIC_REDIS_URL or the local stack."""
    note = DataFolder(data_folder).note()
    told = {"CRITIC_REDIS_URL": note.redis_url, "CRITIC_INFERENCE_URL": note.inference_grpc} if note else {}
    # As `-m`: the command line imports no service. What the environment says goes first.
    command = [sys.executable, "-P", "-m", "critic_worker.model", *(words or ["show"]), *(["--json"] * as_json)]
    ran = subprocess.run(command, env={**told, **os.environ}, check=False)  # noqa: S603 - our own module
    raise typer.Exit(ran.returncode)
