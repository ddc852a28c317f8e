"""A gateway that is told to stop lets balancers leave first, and drops nobody who is with it."""

import signal
from concurrent.futures import ThreadPoolExecutor

import httpx
from tests.e2e.gateway.conftest import Start
from tests.support.waiting import until

from critic_core.imaging.golden import golden_photo


def test_it_says_so_answers_on_and_finishes_what_is_under_way(start_gateway: Start) -> None:
    gateway = start_gateway(GATEWAY_DRAIN_DELAY_SECONDS="1")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(gateway.client.post, "/v1/photos", params={"wait": 4}, content=golden_photo())
        until(gateway.stored, what="the photo's arrival")
        gateway.process.send_signal(signal.SIGTERM)
        until(lambda: gateway.client.get("/livez").status_code == 503, what="the gateway says that it leaves")
        assert gateway.client.post("/v1/photos", content=golden_photo()).status_code == 202
        assert waiting.result(timeout=10).status_code == 202  # nobody answers photos here: it waited to the end
    assert gateway.process.wait(timeout=10) == -signal.SIGTERM


def test_its_doors_stay_open_while_somebody_waits(start_gateway: Start) -> None:
    gateway = start_gateway(GATEWAY_DRAIN_DELAY_SECONDS="0.1")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(gateway.client.post, "/v1/photos", params={"wait": 3}, content=golden_photo())
        until(gateway.stored, what="the photo's arrival")
        gateway.process.send_signal(signal.SIGTERM)
        until(lambda: not _reachable(gateway.url), 20, "the doors' closing")
        assert waiting.result(timeout=2).status_code == 202  # answered before, or it would wait for seconds yet
    assert gateway.process.wait(timeout=10) == -signal.SIGTERM


def _reachable(url: str) -> bool:
    """Not, when nobody accepts, or what was accepted at the last moment is closed unanswered."""
    try:
        return httpx.get(f"{url}/livez").status_code in (200, 503)
    except (httpx.NetworkError, httpx.RemoteProtocolError):
        return False
