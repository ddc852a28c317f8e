"""`photo-critic up`: the whole stack as one process group, without Docker."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from critic_cli.command import command_of
from critic_cli.errors import CommandError
from critic_cli.options import DataFolderOption, Device
from critic_cli.stack.data_folder import DEFAULT_DATA_FOLDER, DataFolder
from critic_cli.stack.plan import StackOptions
from critic_cli.stack.ports import LOOPBACK


@dataclass(frozen=True)
class UpOptions:
    """The command's options."""

    port: Annotated[
        int, typer.Option(envvar=["PORT", "CRITIC_GATEWAY_PORT"], min=0, max=65535, help="Port; 0 for any free one.")
    ] = 8000
    host: Annotated[str, typer.Option(envvar="CRITIC_GATEWAY_HOST", help="Address to listen on.")] = LOOPBACK
    workers: Annotated[int | None, typer.Option(min=1, help="Worker processes; one a core by default.")] = None
    device: Annotated[Device | None, typer.Option(help="Device of the inference server.")] = None
    data_folder: DataFolderOption = DEFAULT_DATA_FOLDER
    model_repository: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="Folder of models in Triton's layout.")
    ] = None
    inference: Annotated[
        str | None,
        typer.Option(
            envvar="CRITIC_INFERENCE_URL", help="host:port (gRPC) of an external inference server, such as Triton."
        ),
    ] = None


@command_of(UpOptions)
def up(options: UpOptions) -> None:
    """Run the whole stack on this machine until Ctrl-C: queue, inference, worker, gateway and web page."""
    if os.name != "posix":
        raise CommandError("The stack runs on Linux and macOS. On Windows, start it in WSL or by Docker.")
    from critic_cli.stack.start import run_stack  # noqa: PLC0415 - POSIX alone

    run_stack(
        StackOptions(
            options.host, options.port, DataFolder(options.data_folder), options.workers,
            options.device and options.device.value, options.model_repository, options.inference,
        )
    )  # fmt: skip
