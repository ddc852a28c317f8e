"""What is being served."""

from fastapi import APIRouter

from critic_core.contracts.base import Contract
from critic_core.contracts.errors import ApiKeyMissing, ApiKeyWrong, QueueUnavailable
from critic_core.contracts.manifest import Manifest
from critic_gateway.parts import Caller, PartsHere
from critic_gateway.problems import responses

router = APIRouter(tags=["models"])


class Models(Contract):
    """The models that answer here."""

    models: tuple[Manifest, ...]


@router.get(
    "/v1/models", summary="Which models answer here", responses=responses(ApiKeyMissing, ApiKeyWrong, QueueUnavailable)
)
def models(parts: PartsHere, _: Caller) -> Models:
    """Manifest and model card of each model that workers have found on the inference server."""
    return Models(models=tuple(parts.board.models()))
