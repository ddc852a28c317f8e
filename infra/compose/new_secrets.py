#!/usr/bin/env python3
"""Creates the secrets of infra/compose/production.yml, one file each, and prints the first API key.

    infra/compose/new_secrets.py               in ./secrets
    infra/compose/new_secrets.py /etc/photo-critic/secrets

Existing files stay, so that it can run again after an update that needs another secret. Only the owner can enter the
folder; the files are readable by all, because the containers' user does not exist on this machine.
"""

import base64
import hashlib
import secrets
import sys
from collections.abc import Callable
from pathlib import Path

REDIS_USERS = ("gateway", "worker", "webhooks", "metrics")
REDIS_PASSWORDS = ("redis_password", *(f"redis_{user}_password" for user in REDIS_USERS))


def main() -> int:
    """Write missing files; the exit status."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "secrets")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o077:  # an existing folder: its files are readable by all
        folder.chmod(0o700)
        log(f"{folder}: now for its owner alone")
    makers: dict[str, Callable[[], str]] = {
        **{name: lambda: secrets.token_urlsafe(32) for name in REDIS_PASSWORDS},
        "api_keys.toml": first_key,
        "webhook_secrets": lambda: "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "grafana_password": lambda: secrets.token_urlsafe(24),
    }
    for name, make in makers.items():
        write(folder / name, make)
    return 0


def write(path: Path, make: Callable[[], str]) -> None:
    """Write a new file; never overwrite one."""
    if path.exists():
        log(f"{path}: exists, and stays")
        return
    path.write_text(make() + "\n", encoding="utf-8")
    path.chmod(0o444)
    log(f"{path}: created")


def first_key() -> str:
    """A file of API keys with one key, which is printed once and stored nowhere."""
    key = secrets.token_urlsafe(32)
    log(f"The API key of `first`, stored nowhere: {key}")
    return f'[first]\nsha256 = "{hashlib.sha256(key.encode()).hexdigest()}"'


def log(sentence: str) -> None:
    """Progress, on standard output."""
    sys.stdout.write(f"{sentence}\n")


if __name__ == "__main__":
    sys.exit(main())
