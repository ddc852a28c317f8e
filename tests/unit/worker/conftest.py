"""A worker's context on a real queue server and a folder, with models in memory."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
import redis
from tests.support.critiques import make_photo
from tests.support.photos import cat
from tests.unit.worker.fakes import FakeModels

from critic_core.contracts.photo import PhotoState
from critic_core.runtime.storage import Storage, photo_key
from critic_core.stores.album_results import AlbumResultStore
from critic_core.stores.albums import AlbumStore
from critic_core.stores.jobs import JobStore
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
def enqueued() -> list[str]:
    """Ids of enqueued photos."""
    return []


@pytest.fixture
def context(client: "redis.Redis", tmp_path: Path, enqueued: list[str]) -> WorkerContext:
    return WorkerContext(
        settings=WorkerSettings(worker_name="tested", service_retry_seconds=0, max_requeues=2, max_deliveries=3),
        jobs=JobStore(client),
        albums=AlbumStore(client),
        album_results=AlbumResultStore(client),
        worker_status=WorkerStatusStore(client),
        storage=Storage((tmp_path / "storage").as_uri()),
        enqueue=enqueued.append,
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
