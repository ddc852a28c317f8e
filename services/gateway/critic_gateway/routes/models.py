"""The served models."""

from fastapi import APIRouter
from pydantic import Field

from critic_core.contracts.base import Contract
from critic_core.contracts.manifest import Manifest
from critic_core.contracts.routing import ActiveVersions
from critic_gateway.dependencies import CallerDep, WorkerStatusDep
from critic_gateway.routes.openapi import ACCESS_ERRORS, responses

router = APIRouter(tags=["models"])


class Models(Contract):
    """Models and versions that are served."""

    models: tuple[Manifest, ...]
    active_versions: tuple[ActiveVersions, ...] = Field(
        default=(), description="Versions of the server's own model with their shares of the photos"
    )


@router.get("/v1/models", summary="List models", responses=responses(*ACCESS_ERRORS))
def list_models(workers: WorkerStatusDep, _: CallerDep) -> Models:
    """Manifest and model card of each served model, canary and shadow versions included, and the active versions."""
    return Models(models=tuple(workers.models()), active_versions=tuple(workers.active_versions()))
