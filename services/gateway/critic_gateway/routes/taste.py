"""The caller's taste: state, switch, export, deletion."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from critic_core.contracts.errors import InvalidRequest, StorageFull, TasteNotFound, TastePending
from critic_core.contracts.taste import Taste, TasteExport, TasteSwitch
from critic_gateway.dependencies import ROOM, CallerDep, TasteRequestsDep
from critic_gateway.routes.openapi import ACCESS_ERRORS, responses
from critic_gateway.routes.parameters import MAX_WAIT_SECONDS

router = APIRouter(prefix="/v1/taste", tags=["account"])

Wait = Annotated[float, Query(ge=0, le=MAX_WAIT_SECONDS, description="Long poll: most seconds to wait.")]


@router.get(
    "",
    summary="Get the taste",
    dependencies=[ROOM],
    response_model_exclude_none=True,
    responses=responses(TastePending, StorageFull, InvalidRequest, *ACCESS_ERRORS),
)
async def get_taste(caller: CallerDep, tastes: TasteRequestsDep, wait: Wait = 20) -> Taste:
    """What the owner's decisions teach, and whether that beats the common score on held-out decisions.

    Trained on request once it is on; `202` until all decisions are in it.
    """
    return await tastes.get(caller.owner, wait)


@router.put(
    "",
    status_code=204,
    summary="Turn the taste on or off",
    dependencies=[ROOM],
    responses=responses(StorageFull, InvalidRequest, *ACCESS_ERRORS),
)
def switch_taste(caller: CallerDep, tastes: TasteRequestsDep, switch: TasteSwitch) -> None:
    """Off at first. On, it ranks the owner's albums as soon as it is proven; the score of a photo never changes."""
    tastes.tastes.switch(caller.owner, switch.enabled)


@router.delete("", status_code=204, summary="Delete the taste", responses=responses(*ACCESS_ERRORS))
def delete_taste(caller: CallerDep, tastes: TasteRequestsDep) -> None:
    """Deletes model, evidence and switch. The decisions stay with their albums."""
    tastes.tastes.delete(caller.owner)


@router.get(
    "/model",
    summary="Export the taste",
    response_model_exclude_none=True,
    responses=responses(TasteNotFound, *ACCESS_ERRORS),
)
def export_taste(caller: CallerDep, tastes: TasteRequestsDep, response: Response) -> TasteExport:
    """The model with its evidence, as a JSON file."""
    response.headers["Content-Disposition"] = 'attachment; filename="taste.json"'
    return tastes.export(caller.owner)
