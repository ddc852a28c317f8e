"""Every error leaves as an RFC 9457 problem document with a stable code."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from critic_core.contracts.errors import CriticError, Overloaded, Problem, QuotaExceeded, RateLimited, InvalidRequest
from critic_gateway.settings import GatewaySettings

MEDIA_TYPE = "application/problem+json"


class ProblemResponse(JSONResponse):
    """A problem document as a response."""

    media_type = MEDIA_TYPE

    def __init__(self, problem: Problem, headers: dict[str, str] | None = None) -> None:
        super().__init__(problem.model_dump(mode="json", exclude_none=True), problem.status, headers)


def install(app: FastAPI, settings: GatewaySettings) -> None:
    """Make every error of this application a problem document."""

    def critic_error(request: Request, error: Exception) -> ProblemResponse:
        assert isinstance(error, CriticError)
        return ProblemResponse(error.problem(request.url.path), _headers(error, settings))

    app.add_exception_handler(CriticError, critic_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


def responses(*errors: type[CriticError]) -> dict[int | str, dict[str, Any]]:
    """The errors of a route for its OpenAPI entry, with an example each."""
    told: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        entry = told.setdefault(
            error.status, {"description": error.title, "model": Problem, "content": {MEDIA_TYPE: {"examples": {}}}}
        )
        entry["content"][MEDIA_TYPE]["examples"][error.code] = {
            "value": error().problem().model_dump(mode="json", exclude_none=True)
        }
    return told


def _headers(error: CriticError, settings: GatewaySettings) -> dict[str, str]:
    if isinstance(error, (Overloaded, RateLimited, QuotaExceeded)) or (
        error.status == HTTPStatus.SERVICE_UNAVAILABLE and not error.permanent
    ):
        return {"Retry-After": str(error.retry_after_seconds or settings.retry_after_seconds)}
    if error.status == HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": 'Bearer realm="photo-critic"'}
    return {}


def _invalid(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, RequestValidationError)
    told = "; ".join(f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors())
    return ProblemResponse(InvalidRequest(f"The request is not valid: {told}.").problem(request.url.path))


def _http(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, HTTPException)
    phrase = HTTPStatus(error.status_code).phrase
    problem = Problem(
        title=phrase,
        status=error.status_code,
        detail=str(error.detail),
        code=phrase.lower().replace(" ", "_"),
        permanent=error.status_code < HTTPStatus.INTERNAL_SERVER_ERROR,
        instance=request.url.path,
    )
    return ProblemResponse(problem, dict(error.headers or {}))
