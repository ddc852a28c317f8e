"""Around every request: id, security headers, metrics, a 500 for unexpected errors."""

import asyncio
from http import HTTPStatus

import httpx
import pytest
from prometheus_client import REGISTRY
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from structlog.testing import capture_logs

from critic_gateway.http.middleware import RequestContext


async def hello(request: Request) -> PlainTextResponse:
    request.state.rate_limit_headers = {"RateLimit": '"requests";r=1;t=1'}
    return PlainTextResponse("hello", HTTPStatus.OK)


async def broken(request: Request) -> PlainTextResponse:
    raise RuntimeError("secret detail")


def get(path: str, method: str = "GET", **headers: str) -> httpx.Response:
    routes = [Route("/hello", hello), Route("/broken", broken)]
    app = Starlette(routes=routes, middleware=[Middleware(RequestContext)])

    async def request() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            return await client.request(method, path, headers=headers)

    with capture_logs() as lines:  # a traceback takes seconds to print
        response = asyncio.run(request())
    assert [repr(line["status"]) for line in lines if line["event"] == "request"] == [str(response.status_code)]
    return response


@pytest.mark.parametrize("path", ["/hello", "/broken", "/nowhere"])
def test_every_response_has_the_security_headers(path: str) -> None:
    headers = get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_rate_limit_headers_are_sent() -> None:
    assert get("/hello").headers["ratelimit"] == '"requests";r=1;t=1'


def test_a_valid_request_id_is_used_and_an_invalid_one_replaced() -> None:
    assert get("/hello", **{"X-Request-ID": "my-id.1"}).headers["x-request-id"] == "my-id.1"
    assert len(get("/hello", **{"X-Request-ID": 'a"b\tc'}).headers["x-request-id"]) == 32
    assert len(get("/hello").headers["x-request-id"]) == 32


def test_an_unexpected_error_is_a_problem_without_its_detail() -> None:
    response = get("/broken")
    assert (response.status_code, response.json()["code"]) == (500, "internal_error")
    assert "secret" not in response.text


def test_an_unknown_method_is_counted_under_one_label() -> None:
    labels = {"method": "other", "route": "page", "status": "404"}
    before = REGISTRY.get_sample_value("critic_http_requests_total", labels) or 0
    for number in range(3):
        get("/nowhere", f"ANY{number}")
    assert REGISTRY.get_sample_value("critic_http_requests_total", labels) == before + 3
