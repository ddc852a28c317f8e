"""A real worker process on a real queue server, a real storage folder and a real inference server."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import psutil
import pytest
from tests.contract.inference.triton import need_triton, triton_launch
from tests.e2e.worker.dangerous_worker import MARK
from tests.support.inference import ON_TRITON, POLL
from tests.support.ports import free_port
from tests.support.redis_server import RedisServer
from tests.support.tiny_model import publish_tiny_model, tiny_model_folder
from tests.support.waiting import until
from tritonclient.grpc import InferenceServerClient
from tritonclient.utils import InferenceServerException

from critic_core.contracts.identity import new_id
from critic_core.contracts.manifest import MANIFEST_FILE, Fit, Manifest, parse_manifest
from critic_core.contracts.photo import Photo, PhotoState
from critic_core.imaging.golden import golden_photo
from critic_core.runtime.queue import celery_app, send_ticket
from critic_core.runtime.redis_client import connect
from critic_core.runtime.storage import Storage, photo_key
from critic_core.stores.albums import AlbumStore
from critic_core.stores.jobs import JobStore
from critic_core.stores.photo_queue import PhotoQueue
from critic_core.stores.worker_status import WorkerStatusStore
from critic_training.publish.version import publish
from critic_worker.settings import WorkerSettings

ROOT = Path(__file__).parents[3]


class Inference:
    """A real inference server with the tiny model."""

    def __init__(self, folder: Path, golden: float | None = None) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"127.0.0.1:{self.port}"
        self.manifest: Manifest = publish_tiny_model(folder / "models", golden=golden)
        self._process: subprocess.Popen[bytes] | None = None

    def publish(self, seed: int, fit: Fit = Fit.squash, **fields: object) -> Manifest:
        """Publish another tiny model with these fields in its manifest; returns the published manifest."""
        folder = self.folder / f"finished-{seed}"
        manifest = tiny_model_folder(folder, seed, fit).model_copy(update=fields)
        version = publish(self.folder / "models", manifest, folder / "model.onnx")
        return parse_manifest((version / MANIFEST_FILE).read_bytes())

    def start(self) -> None:
        with (self.folder / "inference.log").open("ab") as log:
            self._process = self._start_triton(log) if ON_TRITON else self._start_ours(log)
        until(self.ready, 120, "the inference server's readiness")

    def _start_ours(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        settings = {
            "MODEL_REPOSITORY": str(self.folder / "models"),
            "MODEL_POLL_SECONDS": "0.2",
            "DEVICE": "cpu",
            "INFERENCE_GRPC_PORT": str(self.port),
            "INFERENCE_HTTP_PORT": str(free_port()),
            "INFERENCE_METRICS_PORT": str(free_port()),
            "INFERENCE_DRAIN_DELAY_SECONDS": "0",
        }
        return start_module("critic_inference", settings, log)

    def _start_triton(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        need_triton()
        ports = (free_port(), self.port, free_port())
        launch = triton_launch(self.folder / "models", self.folder, ports, *POLL)
        return subprocess.Popen(launch.command, env=launch.env, cwd=launch.cwd, stdout=log, stderr=log)

    def ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "inference.log").read_text()
        client = InferenceServerClient(self.url)
        try:
            return bool(client.is_model_ready(self.manifest.name, client_timeout=1))
        except InferenceServerException:
            return False
        finally:
            client.close()

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=10)
            self._process = None


class Stack:
    """Queue, storage, and the workers that a test starts. Photos go in and results come out through the job store."""

    def __init__(self, folder: Path, redis: RedisServer, inference_url: str) -> None:
        self.folder, self.redis = folder, redis
        self.settings = WorkerSettings(
            redis_url=redis.url,
            storage_url=(folder / "storage").as_uri(),
            inference_url=inference_url,
            worker_name="tested",
            worker_concurrency=1,
            interactive_processes=0,
            task_time_limit_seconds=60,  # under load, and after SIGSTOP
            visibility_timeout_seconds=120,
            search_faces=False,  # these tests are about failures, and decoders start faster
            heartbeat_interval_seconds=0.5,
        )
        self.client = connect(redis.url)
        self.jobs, self.worker_status = JobStore(self.client), WorkerStatusStore(self.client)
        self.albums, self.queue = AlbumStore(self.client), PhotoQueue(self.client)
        self.storage = Storage(self.settings.storage_url)
        self.app = celery_app(self.settings)
        self.workers: list[subprocess.Popen[bytes]] = []
        self.log = folder / "worker.log"

    def start_worker(self, module: str = "critic_worker", **settings: str) -> subprocess.Popen[bytes]:
        fields = self.settings.model_dump(mode="json", exclude_defaults=True) | settings
        with self.log.open("ab") as log:
            worker = start_module(module, {name: str(value) for name, value in fields.items()}, log)
        self.workers.append(worker)
        return worker

    def start_dangerous_worker(self, **settings: str) -> subprocess.Popen[bytes]:
        return self.start_worker("tests.e2e.worker.dangerous_worker", **settings)

    def submit(
        self,
        data: bytes | None = None,
        command: str = "",
        send: bool = True,
        **fields: object,
    ) -> str:
        """Store and enqueue a photo with these fields as the gateway does; returns its id."""
        data = (golden_photo() if data is None else data) + (MARK + command.encode() if command else b"")
        now = datetime.now(UTC)
        photo = Photo(
            id=new_id(),
            state=PhotoState.queued,
            media_type="image/jpeg",
            size_bytes=len(data),
            sha256="0" * 64,
            created_at=now,
            expires_at=now + timedelta(hours=1),
        ).model_copy(update=fields)
        self.storage.put(photo_key(photo.id), data)
        self.jobs.create(photo)
        if send:
            self.enqueue(photo.id)
        return photo.id

    def enqueue(self, *photo_ids: str) -> None:
        """Enqueue stored photos, with one ticket for all."""
        self.queue.enqueue(photo_ids)
        send_ticket(self.app, len(photo_ids))

    def result(self, photo_id: str, seconds: float = 120) -> Photo:
        """The photo, once it is done or failed."""
        return until(lambda: self._final(photo_id), seconds, f"a result of {photo_id}; {self.tail()}")

    def wait_for_hold(self, folder: Path) -> int:
        """The pid of the pool process that holds a photo."""
        return int(until(lambda: (folder / "pid").exists() and (folder / "pid").read_text(), 120, "a held photo"))

    def tail(self) -> str:
        return self.log.read_text()[-4000:] if self.log.exists() else "no worker was started"

    def stop(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                for process in [*psutil.Process(worker.pid).children(recursive=True), worker]:
                    os.kill(process.pid, signal.SIGKILL)
            worker.wait(timeout=10)
        self.app.close()
        self.client.close()

    def _final(self, photo_id: str) -> Photo | None:
        photo = self.jobs.get(photo_id)
        return photo if photo.state.final else None


def start_module(module: str, settings: dict[str, str], log: object) -> subprocess.Popen[bytes]:
    """`python -m module` with these settings."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path, **{f"CRITIC_{k.upper()}": v for k, v in settings.items()}}
    return subprocess.Popen([sys.executable, "-m", module], env=environment, cwd=ROOT, stdout=log, stderr=log)  # type: ignore[call-overload, no-any-return]


@pytest.fixture(scope="session")
def inference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inference]:
    server = Inference(tmp_path_factory.mktemp("inference"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def own_inference(tmp_path: Path) -> Iterator[Inference]:
    """One that the test starts and stops; not yet started."""
    folder = tmp_path / "inference"
    folder.mkdir()
    server = Inference(folder)
    yield server
    server.stop()


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def make_stack(tmp_path: Path, redis_server: RedisServer) -> Iterator[Callable[[str], Stack]]:
    made: list[Stack] = []

    def make(inference_url: str) -> Stack:
        made.append(Stack(tmp_path, redis_server, inference_url))
        return made[-1]

    yield make
    for stack in made:
        stack.stop()


@pytest.fixture
def stack(make_stack: Callable[[str], Stack], inference: Inference) -> Stack:
    return make_stack(inference.url)


@pytest.fixture
def hold(tmp_path: Path) -> Path:
    """The folder through which a held photo and the test communicate."""
    folder = tmp_path / "hold"
    folder.mkdir()
    return folder
