"""A gateway that fetches the photos of batches from a server of the test's own."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.support.critiques import make_critique
from tests.support.scripted_server import Answer, ScriptedServer
from tests.support.waiting import until
from tests.unit.gateway.application import PHOTO, Application
from tests.unit.gateway.conftest import Start
from tests.unit.gateway.routes.test_deliveries import SECRET

from critic_core.stores.photo_queue_lua import QUEUED
from critic_gateway.batches import runner

INSIDE = "127.0.0.0/8"


class Batches:
    """Calls about batches. Photos are scored when the test looks at a batch."""

    def __init__(self, gateway: Application, server: ScriptedServer) -> None:
        self.gateway, self.server = gateway, server

    def lines(self, photos: int) -> list[dict[str, Any]]:
        """A manifest of so many photos."""
        return [{"url": f"{self.server.url}/{number}.jpg", "reference": f"r{number}"} for number in range(photos)]

    def send(self, *lines: dict[str, Any], **headers: str) -> httpx.Response:
        """A new batch."""
        body = "".join(f"{json.dumps(line)}\n" for line in lines)
        return self.gateway.http.post("/v1/batches", content=body, headers=headers)

    def create(self, *lines: dict[str, Any]) -> str:
        """The id of a new batch."""
        return str(self.send(*lines).raise_for_status().json()["id"])

    def get(self, batch_id: str) -> dict[str, Any]:
        """The batch as it is now."""
        batch: dict[str, Any] = self.gateway.http.get(f"/v1/batches/{batch_id}").raise_for_status().json()
        return batch

    def score(self) -> None:
        """Finish all queued photos, as workers do."""
        for photo_id in self.gateway.redis.zrange(QUEUED, 0, -1):
            self.gateway.jobs.finish(str(photo_id), make_critique())

    def finished(self, batch_id: str) -> dict[str, Any]:
        """The batch once its last result is written."""

        def ended() -> dict[str, Any] | None:
            self.score()
            batch = self.get(batch_id)
            return batch if "finished_at" in batch else None

        return until(ended, what="the end of the batch")

    def results(self, batch_id: str) -> list[dict[str, Any]]:
        """The results so far."""
        text = self.gateway.http.get(f"/v1/batches/{batch_id}/results").raise_for_status().text
        return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    server = ScriptedServer()
    server.answer = lambda _: Answer(200, PHOTO)
    yield server
    server.stop()


@pytest.fixture
def batches(start: Start, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> Batches:
    for name in ("POLL_SECONDS", "DELAY_SECONDS"):
        monkeypatch.setattr(runner, name, 0.05)
    settings = {"fetch_urls": True, "fetch_allow_private": INSIDE, "incoming_folder": "incoming"}
    return Batches(start(**settings, webhook_secrets=SECRET), server)
