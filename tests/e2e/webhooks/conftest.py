"""A real sender process, a real queue server and real receivers. Photos are answered through the job store."""

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
from tests.support.scripted_server import Answer, Asked, ScriptedServer
from tests.support.waiting import until

from critic_core.contracts.album import Album, Counts
from critic_core.contracts.errors import CriticError
from critic_core.contracts.identity import new_photo_id
from critic_core.contracts.photo import Photo, PhotoState
from critic_core.contracts.webhook import Delivery, DeliveryState
from critic_core.stores.albums import AlbumStore
from critic_core.stores.deliveries import DeliveryStore
from critic_core.stores.jobs import JobStore, connect

SECRET, OLD_SECRET = ("whsec_" + base64.b64encode(letter * 32).decode() for letter in (b"n", b"o"))


class House:
    """The queue and its stores, and the senders that a test starts."""

    def __init__(self, folder: Path, redis: RedisServer) -> None:
        self.redis, self.log = redis, folder / "sender.log"
        self.client = connect(redis.url)
        self.jobs, self.albums = JobStore(self.client), AlbumStore(self.client)
        self.deliveries = DeliveryStore(self.client)
        self._senders: list[subprocess.Popen[bytes]] = []

    def start_sender(self, **settings: str) -> subprocess.Popen[bytes]:
        told = {
            "redis_url": self.redis.url,
            "webhook_secrets": SECRET,
            "webhook_allow_private": "127.0.0.0/8",
            "webhook_first_delay_seconds": "0.05",
            "webhook_longest_delay_seconds": "0.2",
            "webhook_timeout_seconds": "5",
            **settings,
        }
        with self.log.open("ab") as log:
            self._senders.append(start_module("critic_worker.webhooks", told, log))
        return self._senders[-1]

    def photo(self, callback_url: str | None) -> str:
        """A photo that waits for its answer, as the gateway makes it."""
        now = datetime.now(UTC)
        photo = Photo(
            id=new_photo_id(),
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
        """An album of photos that wait for their answers, as the gateway makes it; its id and theirs."""
        end = datetime.now(UTC) + timedelta(hours=1)
        none = Counts(photos=0, waiting=0, done=0, failed=0)
        album = Album(
            id=new_photo_id(), callback_url=callback_url, created_at=datetime.now(UTC), expires_at=end, counts=none
        )
        self.albums.create(album)
        plain = self.jobs.get(self.photo(None))
        made = [{"id": new_photo_id(), "sha256": str(number), "album": album.id} for number in range(photos)]
        return album.id, [self.albums.add(plain.model_copy(update=told), photos) for told in made]

    def answered(self, callback_url: str, error: CriticError | None = None) -> str:
        """A photo that was answered just now."""
        photo_id = self.photo(callback_url)
        if error is not None:
            self.jobs.fail(photo_id, error.problem())
        else:
            self.jobs.finish(photo_id, make_critique())
        return photo_id

    def ended(self, photo_id: str, seconds: float = 30) -> Delivery:
        """The photo's one delivery, once nothing is planned any more."""
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
        told = self.deliveries.of(f"photo:{photo_id}")
        return told[0] if told and told[0].state is not DeliveryState.waiting else None


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def house(tmp_path: Path, redis_server: RedisServer) -> Iterator[House]:
    made = House(tmp_path, redis_server)
    yield made
    made.stop()


@pytest.fixture
def receiver() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    yield server
    server.stop()


def answering(*statuses: int) -> Callable[[Asked], Answer]:
    """These statuses one after the other, the last one for ever."""
    left = list(statuses)
    return lambda _: Answer(left.pop(0) if len(left) > 1 else left[0], b"secret words")
