"""`photo-critic new-key`: an API key for a client, and its digest for the server."""

import hashlib
import re
import secrets
from typing import Annotated

import typer

from critic_cli.errors import CommandError

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}")

Name = Annotated[
    str | None, typer.Option(help="Print an entry of the TOML file of API keys, with this name, not CRITIC_API_KEYS.")
]
Owner = Annotated[
    str | None, typer.Option(help="Print an entry whose photos and albums belong to this owner; default: the name.")
]


def new_key(name: Name = None, owner: Owner = None) -> None:
    """Make an API key. The server stores only its digest, so that stolen settings give no access."""
    if not all(_NAME.fullmatch(text) for text in (name, owner) if text is not None):
        raise CommandError(
            "Names and owners have up to 64 letters, digits, dashes, underscores, and dots after the first."
        )
    key = secrets.token_urlsafe(32)
    print("Key for the client; it is stored nowhere:")
    print(f"  {key}")
    _print_setting(hashlib.sha256(key.encode()).hexdigest(), name or owner, owner)


def _print_setting(digest: str, name: str | None, owner: str | None) -> None:
    if name is None:
        print("Setting of the gateway (comma-separated for several keys):")
        print(f"  CRITIC_API_KEYS={digest}")
        return
    print("Entry for the file named by CRITIC_API_KEYS_TOML; docs/access.md lists the limits of an entry:")
    print(f'  ["{name}"]')
    if owner is not None:
        print(f'  owner = "{owner}"')
    print(f'  sha256 = "{digest}"')
