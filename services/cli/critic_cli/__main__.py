"""`photo-critic`: run the stack, score and cull photos, operate a deployment."""

import sys
from importlib.metadata import version
from typing import Annotated, cast

import typer
from typer.core import TyperGroup
from typer.main import get_command

from critic_cli.commands.batch import batch
from critic_cli.commands.cull import cull
from critic_cli.commands.dead_letters import dead_letters
from critic_cli.commands.doctor import doctor
from critic_cli.commands.groups import groups
from critic_cli.commands.model import model
from critic_cli.commands.new_key import new_key
from critic_cli.commands.new_webhook_secret import new_webhook_secret
from critic_cli.commands.score import score
from critic_cli.commands.up import up
from critic_cli.commands.watch import watch
from critic_cli.config import load_defaults, options_below
from critic_cli.errors import CommandError
from critic_cli.ops.commands import ops

app = typer.Typer(
    name="photo-critic",
    help="Scores photographs, proposes which to keep, and explains why.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for command in (up, score, batch, watch, cull, doctor, model, dead_letters, new_key, new_webhook_secret):
    app.command()(command)
app.add_typer(groups, name="groups")
app.add_typer(ops, name="ops")


def _print_version(requested: bool) -> None:
    if requested:
        print(f"photo-critic {version('photo-critic')}")
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")] = (
        False
    ),
) -> None:
    pass


def parser() -> TyperGroup:
    """The parser of all commands. Help mentions no variable whose name follows from command and option."""
    group = cast(TyperGroup, get_command(app))
    for option in options_below(group):
        option.show_envvar = option.envvar is not None
    return group


def main() -> None:
    """Run a command. Exit codes: 0 success, 1 a photo or a check failed, 2 the command could not run."""
    try:
        command = parser()
        command.main(default_map=load_defaults(command), auto_envvar_prefix="CRITIC")
    except CommandError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
