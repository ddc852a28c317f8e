"""The program `photo-critic`, also where its libraries are not installed."""

import sys
from importlib.metadata import version

NO_LIBRARIES = (
    "The command line needs more libraries: `pip install 'photo-critic[cli]'` scores and culls with a running server, "
    "`pip install 'photo-critic[local]'` is the whole stack."
)


def main() -> None:
    """Run a command; without the libraries, print the version or a sentence."""
    try:
        from critic_cli.__main__ import main as run  # noqa: PLC0415 - typer may be missing
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("critic_"):
            raise
        _without_libraries()
    else:
        run()


def _without_libraries() -> None:
    if sys.argv[1:] == ["--version"]:
        print(f"photo-critic {version('photo-critic')}")
    else:
        sys.exit(NO_LIBRARIES)
