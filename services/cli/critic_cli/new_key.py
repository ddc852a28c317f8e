"""`photo-critic new-key`: a key for a client, and what the server is told of it."""

import hashlib
import re
import secrets
from typing import Annotated

import typer

from critic_cli.refusal import Refusal

Name = Annotated[
    str | None, typer.Option(help="Make an entry of the keyring under this name, and not one of CRITIC_API_KEYS.")
]


def new_key(name: Name = None) -> None:
    """Make an API key. The server is told only its digest, so a stolen settings file lets nobody in."""
    if name is not None and not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", name):
        raise Refusal("A name has up to 64 letters, digits, dots, dashes and underscores.")
    key = secrets.token_urlsafe(32)
    digest = hashlib.sha256(key.encode()).hexdigest()
    print("Give this key to the client; it is not kept anywhere:")
    print(f"  {key}")
    if name is None:
        print("Tell the gateway its SHA-256 (several are separated by commas):")
        print(f"  CRITIC_API_KEYS={digest}")
    else:
        print("Add this to the file that CRITIC_KEYRING names; docs/access.md says which limits an entry can have:")
        print(f'  ["{name}"]')
        print(f'  sha256 = "{digest}"')
