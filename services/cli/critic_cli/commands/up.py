"""`photo-critic up`: the whole stack as one process group, without Docker."""

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from critic_cli.options import DataFolderOption, Device
from critic_cli.stack.data_folder import DEFAULT_DATA_FOLDER, DataFolder
from critic_cli.stack.plan import Plan, StackOptions, make_plan
from critic_cli.stack.ports import LOOPBACK, free_ports, require_free
from critic_cli.stack.prefixed_output import PrefixedOutput
from critic_cli.stack.readiness import announce_when_ready
from critic_cli.stack.stale_processes import identity, kill_stale
from critic_cli.stack.supervisor import Supervisor


def up(  # noqa: PLR0913, PLR0917 - one parameter an option
    port: Annotated[
        int, typer.Option(envvar=["PORT", "CRITIC_GATEWAY_PORT"], min=0, max=65535, help="Port; 0 for any free one.")
    ] = 8000,
    host: Annotated[str, typer.Option(envvar="CRITIC_GATEWAY_HOST", help="Address to listen on.")] = LOOPBACK,
    workers: Annotated[int | None, typer.Option(min=1, help="Worker processes; one a core by default.")] = None,
    device: Annotated[Device | None, typer.Option(help="Device of the inference server.")] = None,
    data_folder: DataFolderOption = DEFAULT_DATA_FOLDER,
    model_repository: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="Folder of models in Triton's layout.")
    ] = None,
    inference: Annotated[
        str | None,
        typer.Option(
            envvar="CRITIC_INFERENCE_URL", help="host:port (gRPC) of an external inference server, such as Triton."
        ),
    ] = None,
) -> None:
    """Run the whole stack on this machine until Ctrl-C: queue, inference, worker, gateway and web page."""
    folder = DataFolder(data_folder)
    options = StackOptions(host, port, folder, workers, device.value if device else None, model_repository, inference)
    with folder.lock():
        _run(options)


def _run(options: StackOptions) -> None:
    killed = _kill_stale(options.data_folder)
    if options.port == 0:
        options = replace(options, port=free_ports(1)[0])
    require_free(options.host, options.port)
    plan = make_plan(options)
    output = PrefixedOutput(tuple(service.name for service in plan.services))
    if killed:
        output.write(f"An earlier run left processes behind ({len(killed)}); they were ended.")
    _introduce(options, output)
    announce_when_ready(plan.note.gateway_url, output)
    try:
        _supervisor(options.data_folder, plan, output).run()
    finally:
        options.data_folder.delete_note()


def _supervisor(folder: DataFolder, plan: Plan, output: PrefixedOutput) -> Supervisor:
    return Supervisor(plan.services, output, lambda pids: _write_note(folder, plan, pids), folder.has_room)


def _introduce(options: StackOptions, output: PrefixedOutput) -> None:
    output.write(f"Starting, about 15 seconds. Photos and queue are stored in {options.data_folder.path}")
    if options.inference:
        output.write(f"External inference server: {options.inference}")
    if not _is_loopback(options.host) and not any(
        os.environ.get(name) for name in ("CRITIC_API_KEYS", "CRITIC_API_KEYS_TOML")
    ):
        output.write(
            f"Listening on {options.host} without API keys: every computer in the network has access. "
            f"`photo-critic new-key` makes a key."
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _write_note(folder: DataFolder, plan: Plan, pids: Mapping[str, int]) -> None:
    processes = {pid: known for pid in pids.values() if (known := identity(pid)) is not None}
    folder.write_note(plan.note.model_copy(update={"processes": processes}))


def _kill_stale(folder: DataFolder) -> list[int]:
    note = folder.running_stack()
    return kill_stale(note.processes) if note else []
