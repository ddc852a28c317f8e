"""Graceful shutdown of a gateway process: /livez fails first, requests in progress are finished."""

import signal
from concurrent.futures import ThreadPoolExecutor

import httpx
from tests.e2e.gateway.conftest import Start
from tests.support.waiting import until

from critic_core.imaging.golden import golden_photo


def test_livez_fails_while_requests_are_still_served(start_gateway: Start) -> None:
    gateway = start_gateway(GATEWAY_DRAIN_DELAY_SECONDS="1")
    with ThreadPoolExecutor(1) as pool:
        upload = pool.submit(gateway.client.post, "/v1/photos", params={"wait": 4}, content=golden_photo())
        until(gateway.stored, what="the photo in storage")
        gateway.process.send_signal(signal.SIGTERM)
        until(lambda: gateway.client.get("/livez").status_code == 503, what="the failing /livez")
        assert gateway.client.post("/v1/photos", content=golden_photo()).status_code == 202
        assert upload.result(timeout=10).status_code == 202  # no worker runs: the long poll lasted to its end
    assert gateway.process.wait(timeout=10) == -signal.SIGTERM


def test_the_socket_stays_open_while_a_request_is_in_progress(start_gateway: Start) -> None:
    gateway = start_gateway(GATEWAY_DRAIN_DELAY_SECONDS="0.1")
    with ThreadPoolExecutor(1) as pool:
        upload = pool.submit(gateway.client.post, "/v1/photos", params={"wait": 3}, content=golden_photo())
        until(gateway.stored, what="the photo in storage")
        gateway.process.send_signal(signal.SIGTERM)
        until(lambda: not _reachable(gateway.url), 20, "the closed socket")
        assert upload.result(timeout=2).status_code == 202  # finished before: it would last for seconds otherwise
    assert gateway.process.wait(timeout=10) == -signal.SIGTERM


def _reachable(url: str) -> bool:
    """False when the connection is refused, or accepted at the last moment and closed without a response."""
    try:
        return httpx.get(f"{url}/livez").status_code in (200, 503)
    except (httpx.NetworkError, httpx.RemoteProtocolError):
        return False
