"""`photo-critic new-key`: an API key for a client, and its digest for the server."""

import hashlib
import re
import secrets
from typing import Annotated

import typer

from critic_cli.errors import CommandError

Name = Annotated[
    str | None, typer.Option(help="Print an entry of the TOML file of API keys, with this name, not CRITIC_API_KEYS.")
]


def new_key(name: Name = None) -> None:
    """Make an API key. The server stores only its digest, so that stolen settings give no access."""
    if name is not None and not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", name):
        raise CommandError("A name has up to 64 letters, digits, dots, dashes and underscores.")
    key = secrets.token_urlsafe(32)
    digest = hashlib.sha256(key.encode()).hexdigest()
    print("Key for the client; it is stored nowhere:")
    print(f"  {key}")
    if name is None:
        print("Setting of the gateway (comma-separated for several keys):")
        print(f"  CRITIC_API_KEYS={digest}")
    else:
        print("Entry for the file named by CRITIC_API_KEYS_TOML; docs/access.md lists the limits of an entry:")
        print(f'  ["{name}"]')
        print(f'  sha256 = "{digest}"')
