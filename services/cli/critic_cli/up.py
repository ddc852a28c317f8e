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
from critic_cli.stack.narrator import Narrator
from critic_cli.stack.plan import Plan, Wishes, make_plan
from critic_cli.stack.ports import LOOPBACK, free_ports, require_free
from critic_cli.stack.readiness import announce_when_ready
from critic_cli.stack.stale import identity, reap
from critic_cli.stack.supervisor import Supervisor


def up(  # noqa: PLR0913, PLR0917 - one parameter an option
    port: Annotated[
        int, typer.Option(envvar=["PORT", "CRITIC_GATEWAY_PORT"], min=0, max=65535, help="Port; 0 takes any free one.")
    ] = 8000,
    host: Annotated[str, typer.Option(envvar="CRITIC_GATEWAY_HOST", help="Address to listen on.")] = LOOPBACK,
    workers: Annotated[int | None, typer.Option(min=1, help="Worker processes; as many as cores by default.")] = None,
    device: Annotated[Device | None, typer.Option(help="What the network runs on.")] = None,
    data_folder: DataFolderOption = DEFAULT_DATA_FOLDER,
    model_repository: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="Folder of models in Triton's layout.")
    ] = None,
    inference: Annotated[
        str | None,
        typer.Option(
            envvar="CRITIC_INFERENCE_URL", help="host:port (gRPC) of an inference server that runs already, as Triton."
        ),
    ] = None,
) -> None:
    """Run the whole stack on this machine, until Ctrl-C: queue, inference, worker, gateway and the page."""
    folder = DataFolder(data_folder)
    wished = Wishes(host, port, folder, workers, device.value if device else None, model_repository, inference)
    with folder.lock():
        _run(wished)


def _run(wished: Wishes) -> None:
    reaped = _reap_earlier_run(wished.data_folder)
    if wished.port == 0:
        wished = replace(wished, port=free_ports(1)[0])
    require_free(wished.host, wished.port)
    plan = make_plan(wished)
    narrator = Narrator(tuple(service.name for service in plan.services))
    if reaped:
        narrator.say(f"An earlier run left processes behind ({len(reaped)}); they were ended.")
    _introduce(wished, narrator)
    announce_when_ready(plan.note.gateway_url, narrator)
    try:
        Supervisor(plan.services, narrator, lambda pids: _note(wished.data_folder, plan, pids)).run()
    finally:
        wished.data_folder.forget_note()


def _introduce(wished: Wishes, narrator: Narrator) -> None:
    narrator.say(f"Starting; photos and queue are kept in {wished.data_folder.path}")
    if wished.inference:
        narrator.say(f"Photos are scored by the inference server at {wished.inference}")
    if not _only_this_machine(wished.host) and not any(
        os.environ.get(name) for name in ("CRITIC_API_KEYS", "CRITIC_KEYRING")
    ):
        narrator.say(
            f"Listening on {wished.host} without API keys: everybody who reaches this machine may use it. "
            f"`photo-critic new-key` makes a key."
        )


def _only_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _note(folder: DataFolder, plan: Plan, pids: Mapping[str, int]) -> None:
    known = {pid: name for pid in pids.values() if (name := identity(pid)) is not None}
    folder.write_note(plan.note.model_copy(update={"processes": known}))


def _reap_earlier_run(folder: DataFolder) -> list[int]:
    note = folder.note()
    return reap(note.processes) if note else []
