"""The queue server of a local stack, run for real."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from tests.support.waiting import until

from critic_cli.errors import CommandError
from critic_cli.stack import queue_server as module
from critic_cli.stack.ports import free_ports
from critic_cli.stack.queue_server import QueueServer, queue_binary, queue_is_up, queue_server


@contextmanager
def running(server: QueueServer) -> Iterator[redis.Redis]:
    with subprocess.Popen(server.service.command, stdout=subprocess.DEVNULL) as process:
        try:
            until(server.service.is_up, 60, "the queue server's first answer")
            with redis.Redis.from_url(server.url, decode_responses=True) as client:
                yield client
        finally:
            process.kill()


@pytest.mark.parametrize("name", ["plain", "with space", 'with "quotes" and \\'])
def test_data_survives_a_kill(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    (port,) = free_ports(1)
    with running(queue_server(folder, port)) as client:
        client.set("photo", "here")
    with running(queue_server(folder, port)) as client:
        assert client.get("photo") == "here"
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("appendonly") == {"appendonly": "yes"}
    assert (folder / "appendonlydir").is_dir()


def test_there_is_no_access_without_the_password(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    server = queue_server(tmp_path, port)
    with running(server):
        assert queue_is_up(server.url)
        assert not queue_is_up(f"redis://127.0.0.1:{port}/0")
    assert (tmp_path / "queue.conf").stat().st_mode & 0o777 == 0o600


def test_a_server_of_this_machine_comes_before_the_wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    for name in ("redis-server", "valkey-server"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o700)
        assert queue_binary() == tmp_path / name


def test_without_any_server_the_error_names_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "queue_binary", lambda: None)
    with pytest.raises(CommandError, match="CRITIC_REDIS_URL"):
        queue_server(tmp_path, 1)
