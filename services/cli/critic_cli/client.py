"""The server of a command: a running one, or a stack of the command's own."""

from collections.abc import Iterator
from contextlib import contextmanager

from critic_cli.connect import connect
from critic_cli.folders import state_folder
from critic_cli.stack.local_stack import local_stack
from critic_client import Client


@contextmanager
def open_client(url: str, api_key: str | None, local: bool) -> Iterator[Client]:
    """A client of the server at that address, or of a temporary stack. CommandError with the remedy."""
    if local:
        with local_stack(state_folder() / "local") as address, connect(address, api_key) as client:
            yield client
    else:
        with connect(url, api_key) as client:
            yield client
