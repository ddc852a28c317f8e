"""Errors as problem documents with the right headers."""

import asyncio

import httpx
import pytest
from fastapi import FastAPI
from starlette.exceptions import HTTPException

from critic_core.contracts.errors import (
    AlbumResultPending,
    CriticError,
    InvalidApiKey,
    MissingApiKey,
    Overloaded,
    PhotoNotFound,
    QueueUnavailable,
    RateLimited,
)
from critic_gateway.http import problems
from critic_gateway.settings import GatewaySettings


def respond(error: Exception, path: str = "/path") -> httpx.Response:
    """The response of an application whose route raises the error."""
    app = FastAPI()
    problems.install(app, GatewaySettings(retry_after_seconds=3))

    @app.get("/path")
    async def route(number: int = 0) -> None:
        raise error

    async def request() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            return await client.get(path)

    return asyncio.run(request())


def test_an_error_is_a_problem_document() -> None:
    response = respond(PhotoNotFound())
    assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")
    assert response.json() == {
        "type": "urn:photo-critic:error:photo_not_found",
        "title": "No such photo",
        "status": 404,
        "detail": "No such photo: never uploaded, deleted, or expired.",
        "code": "photo_not_found",
        "permanent": True,
        "instance": "/path",
    }


@pytest.mark.parametrize(
    ("error", "status", "retry_after"),
    [
        (Overloaded(None, 7), 429, "7"),
        (RateLimited(), 429, "3"),
        (QueueUnavailable(), 503, "3"),
        (AlbumResultPending(), 202, "3"),
        (CriticError(), 500, None),
        (PhotoNotFound(), 404, None),
    ],
)
def test_retry_after_is_sent_where_a_retry_helps(error: CriticError, status: int, retry_after: str | None) -> None:
    response = respond(error)
    assert (response.status_code, response.headers.get("retry-after")) == (status, retry_after)


@pytest.mark.parametrize("error", [MissingApiKey(), InvalidApiKey()])
def test_401_names_the_authentication_scheme(error: CriticError) -> None:
    assert respond(error).headers["www-authenticate"] == 'Bearer realm="photo-critic"'


def test_a_pending_result_is_plain_json() -> None:
    response = respond(AlbumResultPending())
    assert response.headers["content-type"] == "application/json"
    assert set(response.json()) == {"code", "title", "detail", "status", "permanent"}


def test_a_validation_error_names_the_parameter() -> None:
    response = respond(PhotoNotFound(), "/path?number=x")
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")
    assert "query.number" in response.json()["detail"]


def test_errors_of_the_framework_have_a_code_too() -> None:
    assert respond(PhotoNotFound(), "/nowhere").json()["code"] == "not_found"
    response = respond(HTTPException(405, headers={"Allow": "GET"}))
    assert (response.json()["code"], response.headers["allow"]) == ("method_not_allowed", "GET")
