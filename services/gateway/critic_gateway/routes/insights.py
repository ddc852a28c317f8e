"""Insights into a photo: where the score comes from, and changes that would raise it."""

import time
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from critic_core.contracts.errors import InsightPending, PreviewPending, SuggestionNotFound
from critic_core.contracts.insight import (
    EXPLANATION,
    MAX_SUGGESTIONS,
    SUGGESTIONS,
    Explanation,
    Suggestion,
    Suggestions,
    preview_name,
)
from critic_core.contracts.photo import Photo, PhotoState
from critic_core.exports import develop_sidecar
from critic_core.stores.insights import Insight
from critic_gateway.dependencies import ROOM, InsightRequestsDep
from critic_gateway.routes.openapi import PHOTO_ERRORS, responses
from critic_gateway.routes.parameters import MAX_WAIT_SECONDS, OwnPhoto

router = APIRouter(prefix="/v1/photos", tags=["photos"], dependencies=[ROOM])

Wait = Annotated[float, Query(ge=0, le=MAX_WAIT_SECONDS, description="Long poll: most seconds to wait.")]
Number = Annotated[int, Path(ge=1, le=MAX_SUGGESTIONS, description="`number` of the suggestion.")]
ERRORS = responses(InsightPending, PreviewPending, *PHOTO_ERRORS)


@router.get(
    "/{photo_id}/explanation", summary="Get where the score comes from", response_model=Explanation, responses=ERRORS
)
async def get_explanation(photo: OwnPhoto, requests: InsightRequestsDep, wait: Wait = 20) -> Response:
    """A grid over the upright photo: the percent by which `probability` falls when a cell is blurred.

    Computed on the first request, stored for an hour. `202` until computed, and until the photo is done.
    """
    return _json(await _insight(photo, EXPLANATION, requests, wait))


@router.get(
    "/{photo_id}/explanation.png",
    summary="Get the map of the score",
    response_class=Response,
    responses={200: {"content": {"image/png": {}}}, **ERRORS},
)
async def get_explanation_map(photo: OwnPhoto, requests: InsightRequestsDep, wait: Wait = 20) -> Response:
    """The grid as a picture with alpha to lay over the photo: orange raises the score, blue lowers the score."""
    return Response((await _insight(photo, EXPLANATION, requests, wait)).picture, media_type="image/png")


@router.get(
    "/{photo_id}/suggestions", summary="Get suggestions for a photo", response_model=Suggestions, responses=ERRORS
)
async def get_suggestions(photo: OwnPhoto, requests: InsightRequestsDep, wait: Wait = 20) -> Response:
    """Changes of exposure, level and frame with their gains, measured on changed copies; often none.

    Computed on the first request, stored for an hour. `202` until computed, and until the photo is done.
    """
    return _json(await _insight(photo, SUGGESTIONS, requests, wait))


@router.get(
    "/{photo_id}/suggestions/{number}/preview",
    summary="Get the preview of a suggestion",
    response_class=Response,
    responses={
        200: {"content": {"image/jpeg": {}}},
        **responses(InsightPending, PreviewPending, SuggestionNotFound, *PHOTO_ERRORS),
    },
)
async def get_suggestion_preview(
    photo: OwnPhoto, number: Number, requests: InsightRequestsDep, wait: Wait = 20
) -> Response:
    """The photo's preview with the change: a JPEG of at most 640 pixels on the long side."""
    deadline = time.monotonic() + wait
    await _suggestion(photo, number, requests, wait)
    remaining = max(0.0, deadline - time.monotonic())
    return Response((await _insight(photo, preview_name(number), requests, remaining)).picture, media_type="image/jpeg")


@router.get(
    "/{photo_id}/suggestions/{number}/sidecar",
    summary="Get the sidecar of a suggestion",
    response_class=Response,
    responses={
        200: {"content": {develop_sidecar.MEDIA_TYPE: {}}},
        **responses(InsightPending, PreviewPending, SuggestionNotFound, *PHOTO_ERRORS),
    },
)
async def get_suggestion_sidecar(
    photo: OwnPhoto, number: Number, requests: InsightRequestsDep, wait: Wait = 20
) -> Response:
    """XMP with the change as settings of Camera Raw. No export of an album contains changes."""
    suggestion = await _suggestion(photo, number, requests, wait)
    if photo.critique is None:
        raise PreviewPending
    sidecar = develop_sidecar.develop_sidecar(suggestion, photo.critique.image)
    return Response(sidecar, media_type=develop_sidecar.MEDIA_TYPE)


async def _suggestion(photo: Photo, number: int, requests: InsightRequestsDep, wait: float) -> Suggestion:
    suggestions = Suggestions.read((await _insight(photo, SUGGESTIONS, requests, wait)).document).suggestions
    if number > len(suggestions):
        raise SuggestionNotFound
    return suggestions[number - 1]


async def _insight(photo: Photo, name: str, requests: InsightRequestsDep, wait: float) -> Insight:
    if photo.state is not PhotoState.done:
        raise PreviewPending
    return await requests.get(photo.id, name, wait)


def _json(insight: Insight) -> Response:
    return Response(insight.document, media_type="application/json")
