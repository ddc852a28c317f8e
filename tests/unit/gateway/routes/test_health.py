"""Liveness, readiness and metrics."""

from datetime import UTC, datetime

from tests.unit.gateway.application import Application
from tests.unit.gateway.conftest import Start

from critic_core.contracts.heartbeat import Heartbeat


def test_liveness_fails_while_the_gateway_drains(start: Start) -> None:
    gateway = start()
    assert gateway.http.get("/livez").json() == {"status": "alive"}
    gateway.http.app.state.draining = True
    response = gateway.http.get("/livez")
    assert (response.status_code, response.json()) == (503, {"status": "draining"})


def test_readiness_needs_the_heartbeat_of_a_worker(gateway: Application) -> None:
    response = gateway.http.get("/readyz")
    assert (response.status_code, response.json()["checks"]["scoring"]["ok"]) == (503, False)
    gateway.workers.save_heartbeat(
        Heartbeat(worker="w", at=datetime.now(UTC), model="first", version="1", device="cpu")
    )
    while response.status_code == 503:  # the checks run once a second
        response = gateway.http.get("/readyz")
    assert response.json()["ready"] is True


def test_metrics_have_the_gauges_and_bounded_labels(gateway: Application) -> None:
    gateway.new_photo()
    gateway.http.get("/v1/photos/x")
    gateway.http.request("ANY", "/nowhere")
    text = gateway.http.get("/metrics").text
    assert "critic_backlog_photos 1.0" in text
    assert 'critic_gateway_ready{check="queue"} 1.0' in text
    assert 'route="/v1/photos/{photo_id}",status="404"' in text
    assert "nowhere" not in text
    assert "ANY" not in text
