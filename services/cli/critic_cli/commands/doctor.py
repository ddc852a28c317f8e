"""`photo-critic doctor`: checks of machine, installation, models and running services, each with a remedy."""

from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from critic_cli.doctor.finding import Finding, State
from critic_cli.doctor.installation import check_installation
from critic_cli.doctor.machine import check_machine
from critic_cli.doctor.models import check_models
from critic_cli.doctor.services import check_services
from critic_cli.options import DataFolderOption
from critic_cli.stack.data_folder import DEFAULT_DATA_FOLDER, DataFolder

_STYLES = {State.good: "green", State.note: "dim", State.broken: "bold red"}


def doctor(
    data_folder: DataFolderOption = DEFAULT_DATA_FOLDER,
    url: Annotated[
        str | None,
        typer.Option(envvar="CRITIC_URL", help="Address of a running Photo Critic."),
    ] = None,
) -> None:
    """Check machine, installation, models and services; print a remedy for each problem. Exit code 1 for problems."""
    folder = DataFolder(data_folder)
    findings = [
        *check_machine(folder.path),
        *check_installation(),
        *check_models(),
        *check_services(folder, url),
    ]
    for finding in findings:
        _print(finding)
    if any(finding.state is State.broken for finding in findings):
        raise typer.Exit(1)


def _print(finding: Finding) -> None:
    mark = (f"{finding.state} ", _STYLES[finding.state])
    Console().print(Text.assemble(mark, (f"{finding.part:<13}", "bold"), finding.sentence), soft_wrap=True)
    if finding.advice:
        Console().print(Text(f"  → {finding.advice}"), soft_wrap=True)
