"""What is being served."""

from fastapi import APIRouter
from pydantic import Field

from critic_core.contracts.base import Contract
from critic_core.contracts.errors import MissingApiKey, InvalidApiKey, QueueUnavailable
from critic_core.contracts.manifest import Manifest
from critic_core.contracts.routing import ActiveVersions
from critic_gateway.dependencies import Caller, PartsHere
from critic_gateway.http.problems import responses

router = APIRouter(tags=["models"])


class Models(Contract):
    """The models that answer here."""

    models: tuple[Manifest, ...]
    active_versions: tuple[ActiveVersions, ...] = Field(
        default=(), description="Which versions of the server's own model answer which share of the photos"
    )


@router.get(
    "/v1/models", summary="Which models answer here", responses=responses(MissingApiKey, InvalidApiKey, QueueUnavailable)
)
def models(parts: PartsHere, _: Caller) -> Models:
    """Manifest and model card of each model that workers have found, and which versions answer. A version that is
    asked beside the one that answers most photos is there too."""
    return Models(models=tuple(parts.board.models()), active_versions=tuple(parts.board.answering()))
