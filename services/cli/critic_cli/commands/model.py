"""`photo-critic model`: versions of the model and their traffic split. Runs the worker's own command."""

import os
import subprocess
import sys
from typing import Annotated

import typer

from critic_cli.options import DataFolderOption
from critic_cli.stack.data_folder import DEFAULT_DATA_FOLDER, DataFolder


def model(
    action: Annotated[
        list[str] | None,
        typer.Argument(help="show, shadow 2, compare, canary 2:10%, promote 2, rollback or reset.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Output of show and compare as JSON.")] = False,
    data_folder: DataFolderOption = DEFAULT_DATA_FOLDER,
) -> None:
    """Show or change the active versions of the model, in the queue of CRITIC_REDIS_URL or of the local stack."""
    stack = DataFolder(data_folder).running_stack()
    addresses = {"CRITIC_REDIS_URL": stack.redis_url, "CRITIC_INFERENCE_URL": stack.inference_grpc} if stack else {}
    # A process of its own: the command line imports no service. The environment has precedence.
    command = [sys.executable, "-P", "-m", "critic_worker.rollout", *(action or ["show"]), *(["--json"] * as_json)]
    completed = subprocess.run(command, env={**addresses, **os.environ}, check=False)  # noqa: S603 - our own module
    raise typer.Exit(completed.returncode)
