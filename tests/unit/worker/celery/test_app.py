"""The worker's application: its queues, and gRPC only after the fork."""

import subprocess
import sys

from critic_core.contracts.album import QUERY_QUEUE
from critic_core.contracts.heartbeat import heartbeat_queue
from critic_core.contracts.photo import CRITIQUE_QUEUE
from critic_worker.celery.app import worker_app
from critic_worker.settings import WorkerSettings


def test_a_worker_consumes_photos_albums_and_its_heartbeats() -> None:
    app = worker_app(WorkerSettings(worker_name="tested", worker_concurrency=3, interactive_processes=2))
    names = [queue.name for queue in app.conf.task_queues]
    assert names == [CRITIQUE_QUEUE, QUERY_QUEUE, heartbeat_queue("tested")]
    assert app.conf.worker_concurrency == 5
    app.close()


def test_the_main_process_loads_no_grpc() -> None:
    """Channels and threads of gRPC do not survive the fork of the pool processes."""
    code = "import sys, critic_worker.celery.process; sys.exit('grpc' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
