"""A worker's context on a real queue server and a folder, with models in memory."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import redis
from tests.support.critiques import make_photo
from tests.support.photos import cat
from tests.unit.worker.fakes import FakeModels

from critic_core.contracts.photo import PhotoState
from critic_core.runtime.storage import Storage, photo_key
from critic_core.stores.album_results import AlbumResultStore
from critic_core.stores.albums import AlbumStore
from critic_core.stores.insights import InsightStore
from critic_core.stores.jobs import JobStore
from critic_core.stores.photo_queue import PhotoQueue
from critic_core.stores.tastes import TasteStore
from critic_core.stores.worker_status import WorkerStatusStore
from critic_worker.context import WorkerContext
from critic_worker.settings import WorkerSettings


def small_photo() -> bytes:
    jpeg = BytesIO()
    cat((90, 60)).save(jpeg, "JPEG")
    return jpeg.getvalue()


PHOTO = small_photo()


class TimeLimitReached(Exception):
    """As Celery raises it in the middle of the work."""


@pytest.fixture
def tickets() -> list[int]:
    """Sent tickets, by number of photos."""
    return []


@pytest.fixture
def queued(client: "redis.Redis") -> Callable[[], list[str]]:
    """Ids of queued photos, in their order."""

    def photo_ids() -> list[str]:
        ids: Any = client.lrange("critic:queue:batch:of:anonymous", 0, -1)
        return list(ids)

    return photo_ids


@pytest.fixture
def context(client: "redis.Redis", tmp_path: Path, tickets: list[int]) -> WorkerContext:
    return WorkerContext(
        settings=WorkerSettings(worker_name="tested", service_retry_seconds=0, max_requeues=2, max_claims=3),
        jobs=JobStore(client),
        albums=AlbumStore(client),
        album_results=AlbumResultStore(client),
        insights=InsightStore(client),
        tastes=TasteStore(client),
        worker_status=WorkerStatusStore(client),
        storage=Storage((tmp_path / "storage").as_uri()),
        queue=PhotoQueue(client),
        send_ticket=tickets.append,
        time_limit_error=TimeLimitReached,
    )


@pytest.fixture
def models() -> FakeModels:
    return FakeModels()


@pytest.fixture
def upload(context: WorkerContext) -> Callable[..., str]:
    """Store a queued photo, as the gateway does; returns its id."""

    def store(data: bytes = PHOTO) -> str:
        photo = make_photo(PhotoState.queued)
        context.storage.put(photo_key(photo.id), data)
        context.jobs.create(photo)
        return photo.id

    return store
