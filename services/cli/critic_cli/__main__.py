"""`photo-critic`: run the stack, send it photos, look after it."""

import sys
from importlib.metadata import version
from typing import Annotated

import typer

from critic_cli.cull import cull
from critic_cli.dead_letters import dead_letters
from critic_cli.doctor.command import doctor
from critic_cli.model import model
from critic_cli.new_key import new_key
from critic_cli.new_webhook_secret import new_webhook_secret
from critic_cli.refusal import Refusal
from critic_cli.score import score
from critic_cli.up import up

app = typer.Typer(
    name="photo-critic",
    help="Looks at photographs and says how good they are, which to keep, and why.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for command in (up, cull, score, doctor, model, dead_letters, new_key, new_webhook_secret):
    app.command()(command)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"photo-critic {version('photo-critic')}")
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Say which one.")] = False,
) -> None:
    pass


def main() -> None:
    """Run a command. Exit codes: 0 all is well, 1 something failed, 2 it could not be done as asked."""
    try:
        app()
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(refusal.exit_code)


if __name__ == "__main__":
    main()
