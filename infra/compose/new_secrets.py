#!/usr/bin/env python3
"""Makes the secrets of infra/compose/production.yml, each in a file of its own, and prints the first API key.

    infra/compose/new_secrets.py               in ./secrets
    infra/compose/new_secrets.py /etc/photo-critic/secrets

A file that is there already is left as it is, so it can be run again after an update that wants one more. The folder is
for its owner alone; the files can be read by all, because the containers' user is none of this machine's.
"""

import base64
import hashlib
import secrets
import sys
from collections.abc import Callable
from pathlib import Path


def main() -> int:
    """Write what is missing; the exit status."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "secrets")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o077:  # there before; the files in it can be read by whoever comes in
        folder.chmod(0o700)
        say(f"{folder}: is for its owner alone from now on")
    makers: dict[str, Callable[[], str]] = {
        "redis_password": lambda: secrets.token_urlsafe(32),
        "api_keys.toml": first_key,
        "webhook_secrets": lambda: "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "grafana_password": lambda: secrets.token_urlsafe(24),
    }
    for name, make in makers.items():
        write(folder / name, make)
    return 0


def write(path: Path, make: Callable[[], str]) -> None:
    """A new file, never over one that is there."""
    if path.exists():
        say(f"{path}: is there already, and stays")
        return
    path.write_text(make() + "\n", encoding="utf-8")
    path.chmod(0o444)
    say(f"{path}: made")


def first_key() -> str:
    """The keyring with one key; the key itself is told once, and kept nowhere."""
    key = secrets.token_urlsafe(32)
    say(f"The API key of `first`, which is kept nowhere: {key}")
    return f'[first]\nsha256 = "{hashlib.sha256(key.encode()).hexdigest()}"'


def say(sentence: str) -> None:
    """To whoever runs this."""
    sys.stdout.write(f"{sentence}\n")


if __name__ == "__main__":
    sys.exit(main())
