"""The gateway in the test's own process, on a real queue server and a storage folder."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partialmethod
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import redis
from fastapi import FastAPI

from critic_core.contracts.album import Album
from critic_core.imaging.golden import golden_photo
from critic_core.runtime.redis_client import connect
from critic_core.runtime.storage import Storage
from critic_core.stores.album_results import AlbumResultStore
from critic_core.stores.albums import AlbumStore
from critic_core.stores.deliveries import DeliveryStore
from critic_core.stores.jobs import JobStore
from critic_core.stores.worker_status import WorkerStatusStore
from critic_gateway.app import create_app
from critic_gateway.settings import GatewaySettings

PHOTO = golden_photo()


class Http:
    """A synchronous client of an ASGI application that runs in an event loop of its own thread."""

    def __init__(self, app: FastAPI, loop: asyncio.AbstractEventLoop) -> None:
        self.app, self._loop = app, loop
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://gateway")

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """`options` are httpx's."""
        response = self._client.request(method, path, **options)
        return asyncio.run_coroutine_threadsafe(response, self._loop).result(30)

    get, put = partialmethod(request, "GET"), partialmethod(request, "PUT")
    post, delete = partialmethod(request, "POST"), partialmethod(request, "DELETE")


class Application:
    """HTTP to the application, and the stores behind it. No worker runs: tests finish photos in the job store."""

    def __init__(self, http: Http, client: "redis.Redis", folder: Path) -> None:
        self.http, self.redis, self.folder = http, client, folder
        self.storage = Storage(folder.as_uri())
        self.jobs, self.albums, self.results = JobStore(client), AlbumStore(client), AlbumResultStore(client)
        self.workers, self.deliveries = WorkerStatusStore(client), DeliveryStore(client)

    def send(self, data: bytes = PHOTO, **options: Any) -> httpx.Response:
        """Upload one photo as raw body; `options` are httpx's."""
        return self.http.request("POST", "/v1/photos", content=data, **options)

    def new_photo(self) -> str:
        """The id of a queued photo."""
        return str(self.send().json()["id"])

    def new_album(self, **fields: object) -> Album:
        """A new album."""
        return Album.model_validate(self.http.post("/v1/albums", json=fields).raise_for_status().json())

    def stored_files(self) -> list[Path]:
        """Files in storage, also while others are deleted."""
        return [Path(folder) / name for folder, _, names in os.walk(self.folder) for name in names]


@contextmanager
def running_application(url: str, folder: Path, **settings: object) -> Iterator[Application]:
    """Start the application with these settings."""
    values = {"redis_url": url, "storage_url": folder.as_uri(), **settings}
    app = create_app(GatewaySettings.model_validate(values))
    with _lifespan(app) as loop, connect(url) as client:
        yield Application(Http(app, loop), client, folder)


@contextmanager
def _lifespan(app: FastAPI) -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    lifespan = app.router.lifespan_context(app)
    try:
        asyncio.run_coroutine_threadsafe(lifespan.__aenter__(), loop).result(10)
        yield loop
        asyncio.run_coroutine_threadsafe(lifespan.__aexit__(None, None, None), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
