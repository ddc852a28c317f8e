"""The caller's account: export and erasure of everything that its owner has."""

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from critic_core.contracts.batch import JSON_LINES
from critic_core.contracts.errors import ErasurePending, StorageUnavailable
from critic_gateway.dependencies import AccountExportDep, CallerDep, ErasureDep
from critic_gateway.routes.openapi import ACCESS_ERRORS, responses

ERASURE_SECONDS = 20.0  # below the time limits of usual balancers

router = APIRouter(prefix="/v1/account", tags=["account"])


@router.get(
    "/data",
    summary="Export all data of the account",
    response_class=StreamingResponse,
    responses={200: {"content": {JSON_LINES: {}}}, **responses(*ACCESS_ERRORS)},
)
def export_account(caller: CallerDep, export: AccountExportDep) -> StreamingResponse:
    """JSON lines: albums, photos with critiques, decisions and deliveries; originals by their path.

    The last line has `"kind": "end"` and the numbers of albums and photos; without it, the export is incomplete.
    """
    headers = {"Content-Disposition": 'attachment; filename="photo-critic.jsonl"', "Cache-Control": "no-store"}
    return StreamingResponse(export.lines(caller.owner), media_type=JSON_LINES, headers=headers)


@router.delete(
    "/data",
    status_code=204,
    summary="Delete all data of the account",
    responses=responses(ErasurePending, StorageUnavailable, *ACCESS_ERRORS),
)
def erase_account(caller: CallerDep, erasure: ErasureDep) -> None:
    """Deletes every photo and album with bytes, previews, critiques, decisions, deliveries, and idempotency keys.

    `204` when all is erased. A large account gets `202` after some seconds: send the request again until `204`. API
    keys and today's usage stay.
    """
    if not erasure.erase(caller.owner, ERASURE_SECONDS):
        raise ErasurePending
