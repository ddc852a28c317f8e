"""Parts of requests and responses, without input and output: what both clients have in common."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import httpx

from critic_client.errors import NotPhotoCritic, error_in
from critic_core.contracts.album import Thresholds
from critic_core.contracts.base import Contract
from critic_core.contracts.errors import (
    AlbumResultPending,
    CriticError,
    InsightPending,
    Overloaded,
    PreviewPending,
    TastePending,
)
from critic_core.contracts.manifest import Manifest, parse_manifest

LONGEST_WAIT_SECONDS = 30.0  # the API's limit for `wait`
MAX_ATTEMPTS = 3
FIRST_PAUSE_SECONDS = 0.5
PAGE_SIZE = 1000
DEFAULTS = Thresholds()
Parameters = Mapping[str, str | float]
_WAITED_FOR = (Overloaded, AlbumResultPending, PreviewPending, InsightPending, TastePending)

M = TypeVar("M", bound=Contract)


@dataclass
class Retries:
    """The retry rule: overload and pending results until the deadline, other temporary errors a few times."""

    deadline: float
    failures: int = 0

    def pause(self, error: CriticError, now: float) -> float:
        """Seconds until the next attempt. Raises the error when there is none."""
        backoff = FIRST_PAUSE_SECONDS * 2**self.failures
        self.failures += not isinstance(error, _WAITED_FOR)
        pause = backoff if error.retry_after_seconds is None else error.retry_after_seconds
        if error.permanent or self.failures >= MAX_ATTEMPTS or now + pause > self.deadline:
            raise error
        return pause


def base_url(url: str) -> httpx.URL:
    """The address of the server. NotPhotoCritic for none."""
    try:
        return httpx.URL(url.rstrip("/"))
    except httpx.InvalidURL as error:
        raise NotPhotoCritic(f"{url} is not the address of a server: {error}.") from error


def error_of_response(response: httpx.Response) -> CriticError | None:
    """The error of a response, with `Retry-After`; None for a success."""
    if response.is_success and not _pending(response):
        return None
    error, retry_after = error_in(response), response.headers.get("Retry-After", "")
    error.retry_after_seconds = int(retry_after) if retry_after.isdigit() else None
    return error


def parse(kind: type[M], response: httpx.Response) -> M:
    """The response as a contract. NotPhotoCritic for any other content."""
    try:
        return kind.read(response.content)
    except ValueError as error:
        raise NotPhotoCritic from error


def parse_models(response: httpx.Response) -> list[Manifest]:
    """The manifests of the served models. NotPhotoCritic for any other content."""
    try:
        return [parse_manifest(json.dumps(manifest)) for manifest in response.json()["models"]]
    except (ValueError, KeyError, TypeError) as error:
        raise NotPhotoCritic from error


def page_parameters(cursor: str | None, limit: int = PAGE_SIZE) -> dict[str, str | int]:
    """The query parameters of a page."""
    return {"limit": limit, **({"cursor": cursor} if cursor else {})}


def selection_parameters(
    keep: float | None, per_scene: int | None, thresholds: Thresholds = DEFAULTS, taste: bool = True
) -> Parameters:
    """The query parameters of a selection; none for the server's defaults."""
    chosen: dict[str, str | float | None] = {"keep": keep, "per_scene": per_scene, "taste": "" if taste else "false"}
    return {name: value for name, value in chosen.items() if value} | thresholds.model_dump()


def decision_path(album_id: str, photo_id: str) -> str:
    """The path of a photographer's decision."""
    return f"/v1/albums/{album_id}/photos/{photo_id}/decision"


def _pending(response: httpx.Response) -> bool:
    """True for a result that the server still computes; an accepted upload has status 202, too."""
    return response.status_code == httpx.codes.ACCEPTED and isinstance(error_in(response), _WAITED_FOR)
