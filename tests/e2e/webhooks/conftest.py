"""A real sender process, a real queue server and real receivers. Tests finish photos through the job store."""

import base64
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.e2e.worker.conftest import start_module
from tests.support.critiques import make_critique
from tests.support.redis_server import RedisServer
from tests.support.scripted_server import Answer, Request, ScriptedServer
from tests.support.waiting import until

from critic_core.contracts.album import Album, Counts
from critic_core.contracts.errors import CriticError
from critic_core.contracts.identity import new_id
from critic_core.contracts.photo import Photo, PhotoState
from critic_core.contracts.webhook import Delivery, DeliveryState
from critic_core.runtime.redis_client import connect
from critic_core.stores.albums import AlbumStore
from critic_core.stores.deliveries import DeliveryStore
from critic_core.stores.jobs import JobStore

SECRET, OLD_SECRET = ("whsec_" + base64.b64encode(letter * 32).decode() for letter in (b"n", b"o"))


class SenderStack:
    """Queue, stores, and the senders that a test starts."""

    def __init__(self, folder: Path, redis: RedisServer) -> None:
        self.redis, self.log = redis, folder / "sender.log"
        self.client = connect(redis.url)
        self.jobs, self.albums = JobStore(self.client), AlbumStore(self.client)
        self.deliveries = DeliveryStore(self.client)
        self._senders: list[subprocess.Popen[bytes]] = []

    def start_sender(self, **settings: str) -> subprocess.Popen[bytes]:
        fields = {
            "redis_url": self.redis.url,
            "webhook_secrets": SECRET,
            "webhook_allow_private": "127.0.0.0/8",
            "webhook_first_delay_seconds": "0.05",
            "webhook_max_delay_seconds": "0.2",
            "webhook_timeout_seconds": "5",
            **settings,
        }
        with self.log.open("ab") as log:
            self._senders.append(start_module("critic_worker.webhooks", fields, log))
        return self._senders[-1]

    def photo(self, callback_url: str | None) -> str:
        """A queued photo, as the gateway makes it."""
        now = datetime.now(UTC)
        photo = Photo(
            id=new_id(),
            state=PhotoState.queued,
            media_type="image/jpeg",
            size_bytes=1,
            sha256="0" * 64,
            callback_url=callback_url,
            created_at=now,
            expires_at=now + timedelta(hours=1),
        )
        self.jobs.create(photo)
        return photo.id

    def album(self, callback_url: str, photos: int) -> tuple[str, list[str]]:
        """An album of queued photos, as the gateway makes it; its id and theirs."""
        end = datetime.now(UTC) + timedelta(hours=1)
        none = Counts(photos=0, pending=0, done=0, failed=0)
        album = Album(id=new_id(), callback_url=callback_url, created_at=datetime.now(UTC), expires_at=end, counts=none)
        self.albums.create(album)
        plain = self.jobs.get(self.photo(None))
        made = [{"id": new_id(), "sha256": str(number), "album": album.id} for number in range(photos)]
        return album.id, [self.albums.add(plain.model_copy(update=fields), photos) for fields in made]

    def finished(self, callback_url: str, error: CriticError | None = None) -> str:
        """A photo that was finished just now."""
        photo_id = self.photo(callback_url)
        if error is not None:
            self.jobs.fail(photo_id, error.problem())
        else:
            self.jobs.finish(photo_id, make_critique())
        return photo_id

    def ended(self, photo_id: str, seconds: float = 30) -> Delivery:
        """The photo's one delivery, once no attempt is planned any more."""
        return until(lambda: self._ended(photo_id), seconds, f"the end of a delivery; {self.tail()}")

    def tail(self) -> str:
        return self.log.read_text()[-4000:] if self.log.exists() else "no sender was started"

    def stop(self) -> None:
        for sender in self._senders:
            if sender.poll() is None:
                os.kill(sender.pid, signal.SIGKILL)
            sender.wait(timeout=10)
        self.client.close()

    def _ended(self, photo_id: str) -> Delivery | None:
        deliveries = self.deliveries.of(f"photo:{photo_id}")
        return deliveries[0] if deliveries and deliveries[0].state is not DeliveryState.pending else None


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def stack(tmp_path: Path, redis_server: RedisServer) -> Iterator[SenderStack]:
    """Without a sender."""
    made = SenderStack(tmp_path, redis_server)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def sending(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SenderStack]:
    """One sender with four attempts and two secrets, for all tests that need no other settings."""
    folder = tmp_path_factory.mktemp("sending")
    server = RedisServer(folder)
    server.start()
    made = SenderStack(folder, server)
    made.start_sender(webhook_max_attempts="4", webhook_secrets=f"{SECRET},{OLD_SECRET}")
    yield made
    made.stop()
    server.stop()


@pytest.fixture
def receiver() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    yield server
    server.stop()


def respond_with(*statuses: int) -> Callable[[Request], Answer]:
    """These statuses in turn, the last one for ever."""
    remaining = list(statuses)
    return lambda _: Answer(remaining.pop(0) if len(remaining) > 1 else remaining[0], b"secret words")
