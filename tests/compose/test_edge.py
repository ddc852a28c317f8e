"""What the edge itself answers, lets through, and keeps out."""

import socket
import time

import pytest
from tests.compose.front import REQUESTS_PER_10S, Front, answers
from tests.support.early_answer import sent_whole, upload_with_expect
from tests.support.waiting import until

from critic_core.contracts.errors import Problem
from critic_core.contracts.identity import new_id

pytestmark = [pytest.mark.compose, pytest.mark.timeout(660)]


@pytest.mark.parametrize("path", ["/metrics", "/%6detrics", "/metrics/", "/metrics?x=1"])
def test_figures_are_not_for_callers(front: Front, path: str) -> None:
    with front.client() as client:
        answer = client.get(path)
    assert answer.status_code == 404
    assert Problem.model_validate_json(answer.content).permanent
    inside = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8000/metrics').read().decode())"
    assert "critic_backlog_photos" in front.stack.inside("gateway", "python", "-c", inside).stdout


def test_a_request_has_one_id_all_the_way(front: Front) -> None:
    with front.client() as client:
        assert client.get("/v1/models", headers={"X-Request-ID": "chosen-by-the-caller"}).headers["x-request-id"] == (
            "chosen-by-the-caller"
        )
        made = client.get("/v1/models", headers={"X-Request-ID": "no good: it has blanks"}).headers["x-request-id"]
        assert client.get("/metrics").headers["x-request-id"]
    assert " " not in made
    until(lambda: made in front.stack.logs("gateway"), 10, "the id in the gateway's log")


def test_headers_that_drip_are_cut_off(front: Front) -> None:
    with socket.create_connection(("127.0.0.1", int(front.stack.url.rpartition(":")[2])), 30) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        answer = slow.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 408")


def test_a_refusal_before_the_body_passes_the_edge_and_resets_no_connection(front: Front) -> None:
    nowhere = f"/v1/albums/{new_id()}/photos"
    with front.connection() as connection:
        assert sent_whole(connection, nowhere) == (404, 200)
        assert upload_with_expect(connection, nowhere) == 404


def test_a_client_over_the_limit_learns_when_to_retry(front: Front) -> None:
    with front.client() as client:
        responses = [client.get("/livez") for _ in range(REQUESTS_PER_10S + 20)]
        assert {response.status_code for response in responses} == {200, 429}
        refused = next(response for response in responses if response.status_code == 429)
        assert refused.headers["content-type"] == "application/problem+json"
        problem = Problem.model_validate_json(refused.content)
        assert (problem.code, problem.permanent, refused.headers["retry-after"]) == ("overloaded", False, "10")
        time.sleep(int(refused.headers["retry-after"]))  # as a client does that is told so
        assert client.get("/livez").status_code == 200


def test_without_a_gateway_the_edge_says_so_itself(front: Front) -> None:
    front.stack.compose("stop", "gateway")
    try:
        with front.client() as client:
            answer = client.post("/v1/photos", content=b"photo")
        assert answer.status_code == 503
        problem = Problem.model_validate_json(answer.content)
        assert (problem.code, problem.permanent, answer.headers["retry-after"]) == ("service_unavailable", False, "2")
    finally:
        front.stack.compose("start", "gateway")
    until(lambda: answers(front), 30, "the gateway's return")
