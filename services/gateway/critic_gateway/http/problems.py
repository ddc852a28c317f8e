"""Errors as RFC 9457 problem documents with a stable code; pending results as `202`."""

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from critic_core.contracts.errors import (
    CriticError,
    InvalidRequest,
    Overloaded,
    Pending,
    Problem,
    QuotaExceeded,
    RateLimited,
)
from critic_gateway.settings import GatewaySettings

_WITH_RETRY_AFTER = (HTTPStatus.ACCEPTED, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.INSUFFICIENT_STORAGE)
PROBLEM_MEDIA_TYPE = "application/problem+json"


class ProblemResponse(JSONResponse):
    """A problem document as a response."""

    media_type = PROBLEM_MEDIA_TYPE

    def __init__(self, problem: Problem, headers: dict[str, str] | None = None) -> None:
        super().__init__(problem.model_dump(mode="json", exclude_none=True), problem.status, headers)


def install(app: FastAPI, settings: GatewaySettings) -> None:
    """Turn every error of this application into a problem document."""

    def critic_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, CriticError)
        headers = _headers(error, settings)
        if error.status == HTTPStatus.ACCEPTED:
            return JSONResponse(pending(error).model_dump(), error.status, headers)
        return ProblemResponse(error.problem(request.url.path), headers)

    app.add_exception_handler(CriticError, critic_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)


def pending(error: CriticError) -> Pending:
    """The body of a `202` for a result that is not computed yet."""
    return Pending(code=error.code, title=error.title, detail=error.detail)


def _headers(error: CriticError, settings: GatewaySettings) -> dict[str, str]:
    if isinstance(error, (Overloaded, RateLimited, QuotaExceeded)) or (
        error.status in _WITH_RETRY_AFTER and not error.permanent
    ):
        return {"Retry-After": str(error.retry_after_seconds or settings.retry_after_seconds)}
    if error.status == HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": 'Bearer realm="photo-critic"'}
    return {}


def _validation_error(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, RequestValidationError)
    faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
    return ProblemResponse(InvalidRequest(f"The request is invalid: {faults}.").problem(request.url.path))


def _http_error(request: Request, error: Exception) -> ProblemResponse:
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
