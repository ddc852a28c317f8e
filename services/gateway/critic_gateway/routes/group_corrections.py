"""The photographer's corrections of an album's groups."""

from fastapi import APIRouter

from critic_core.contracts.album import DecisionId
from critic_core.contracts.errors import InvalidRequest, LimitReached, StorageFull
from critic_core.contracts.group_correction import GroupCorrections, NewGroupCorrection
from critic_gateway.dependencies import ROOM, GroupCorrectionStoreDep
from critic_gateway.routes.openapi import ALBUM_ERRORS, responses
from critic_gateway.routes.parameters import OwnAlbum

router = APIRouter(prefix="/v1/albums/{album_id}/groups/corrections", tags=["albums"])


@router.get("", summary="List the corrections of an album's groups", responses=responses(*ALBUM_ERRORS))
def list_group_corrections(album: OwnAlbum, corrections: GroupCorrectionStoreDep) -> GroupCorrections:
    """In the order in which they apply: later ones to the result of earlier ones."""
    return GroupCorrections(corrections=corrections.of(album.id))


@router.post(
    "",
    status_code=204,
    summary="Merge or separate near duplicates",
    dependencies=[ROOM],
    responses=responses(StorageFull, InvalidRequest, LimitReached, *ALBUM_ERRORS),
)
def correct_groups(album: OwnAlbum, correction: NewGroupCorrection, corrections: GroupCorrectionStoreDep) -> None:
    """Corrects groups and moments for all clients, also after more photos. Sent again, it changes nothing."""
    corrections.add(album.id, correction)


@router.delete(
    "/{correction_id}",
    status_code=204,
    summary="Withdraw a correction of an album's groups",
    responses=responses(InvalidRequest, *ALBUM_ERRORS),
)
def withdraw_group_correction(album: OwnAlbum, correction_id: DecisionId, corrections: GroupCorrectionStoreDep) -> None:
    """Withdraws exactly this correction: earlier and later ones stay."""
    corrections.withdraw(album.id, correction_id)
