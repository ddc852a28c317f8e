"""The whole stack as one process group, without Docker."""

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import replace

from critic_cli.stack.data_folder import DataFolder
from critic_cli.stack.plan import Plan, StackOptions, make_plan
from critic_cli.stack.ports import free_ports, require_free
from critic_cli.stack.prefixed_output import PrefixedOutput
from critic_cli.stack.readiness import announce_when_ready
from critic_cli.stack.stale_processes import identity, kill_stale
from critic_cli.stack.supervisor import Supervisor


def run_stack(options: StackOptions) -> None:
    """Run the stack until a signal. CommandError if another one holds the data folder."""
    with options.data_folder.lock():
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
