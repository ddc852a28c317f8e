"""The command itself."""

from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from critic_cli.doctor.finding import Finding, State
from critic_cli.doctor.installation import look_at_installation
from critic_cli.doctor.machine import look_at_machine
from critic_cli.doctor.model import look_at_models
from critic_cli.doctor.running import look_at_what_runs
from critic_cli.options import DataFolderOption
from critic_cli.stack.data_folder import DEFAULT_DATA_FOLDER, DataFolder

_STYLES = {State.good: "green", State.note: "dim", State.broken: "bold red"}


def doctor(
    data_folder: DataFolderOption = DEFAULT_DATA_FOLDER,
    url: Annotated[
        str | None,
        typer.Option(envvar="CRITIC_URL", help="A running Photo Critic to look at."),
    ] = None,
) -> None:
    """Check each part and say what to do. Ends with 1 when something is broken."""
    folder = DataFolder(data_folder)
    findings = [
        *look_at_machine(folder.path),
        *look_at_installation(),
        *look_at_models(),
        *look_at_what_runs(folder, url),
    ]
    for finding in findings:
        _show(finding)
    if any(finding.state is State.broken for finding in findings):
        raise typer.Exit(1)


def _show(finding: Finding) -> None:
    mark = (f"{finding.state} ", _STYLES[finding.state])
    Console().print(Text.assemble(mark, (f"{finding.part:<13}", "bold"), finding.sentence), soft_wrap=True)
    if finding.advice:
        Console().print(Text(f"  → {finding.advice}"), soft_wrap=True)
