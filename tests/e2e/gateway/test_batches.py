"""A batch outlives its gateway."""

import json
import signal

from tests.e2e.gateway.conftest import Gateway, Start
from tests.support.critiques import make_critique
from tests.support.scripted_server import Answer, ScriptedServer
from tests.support.waiting import until

from critic_core.imaging.golden import golden_photo
from critic_core.runtime.redis_client import connect
from critic_core.stores.jobs import JobStore
from critic_core.stores.photo_queue_lua import QUEUED

LINES = 150
KILLED_AT = 110  # fetched photos: in the middle of the second part
FETCHES = 8
SETTINGS = {"FETCH_URLS": "true", "FETCH_ALLOW_PRIVATE": "127.0.0.0/8"}


def test_another_gateway_continues_the_batch_of_a_killed_one(start_gateway: Start) -> None:
    photos = ScriptedServer()
    photos.answer = lambda _: Answer(200, golden_photo())
    try:
        first = start_gateway(**SETTINGS)
        body = "".join(json.dumps({"url": f"{photos.url}/{number}.jpg"}) + "\n" for number in range(LINES))
        batch_id = first.client.post("/v1/batches", content=body).raise_for_status().json()["id"]
        until(lambda: len(photos.requests) >= KILLED_AT)
        first.process.send_signal(signal.SIGKILL)
        first.process.wait(10)
        second = start_gateway(**SETTINGS)
        batch = until(lambda: finished(second, batch_id), what="the end of the batch")
        results = second.client.get(f"/v1/batches/{batch_id}/results").text.splitlines()
        assert batch["done"] == LINES
        assert [json.loads(line)["line"] for line in results] == list(range(1, LINES + 1))
        assert len(photos.requests) <= LINES + FETCHES
        assert second.client.get("/v1/photos").json()["photos"] == []
    finally:
        photos.stop()


def finished(gateway: Gateway, batch_id: str) -> dict[str, object] | None:
    """The batch once its last result is written. Queued photos are done, as if workers ran."""
    with connect(gateway.redis.url) as client:
        for photo_id in client.zrange(QUEUED, 0, -1):
            JobStore(client).finish(str(photo_id), make_critique())
    batch: dict[str, object] = gateway.client.get(f"/v1/batches/{batch_id}").json()
    return batch if "finished_at" in batch else None
