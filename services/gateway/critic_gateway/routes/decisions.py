"""The photographer's decisions about the photos of an album."""

from fastapi import APIRouter

from critic_core.contracts.album import Choice, DecisionId, Decisions, JointDecision
from critic_core.contracts.errors import InvalidRequest, PhotoNotFound, StorageFull
from critic_gateway.dependencies import ROOM, AlbumStoreDep
from critic_gateway.routes.openapi import ALBUM_ERRORS, responses
from critic_gateway.routes.parameters import AlbumPhotoId, OwnAlbum

PATH = "/v1/albums/{album_id}/photos/{photo_id}/decision"

router = APIRouter(tags=["albums"])


@router.get(
    PATH,
    summary="Get the decision about a photo",
    response_model_exclude_none=True,
    responses=responses(PhotoNotFound, *ALBUM_ERRORS),
)
def get_decision(album: OwnAlbum, photo_id: AlbumPhotoId, albums: AlbumStoreDep) -> Decisions:
    """The current decision with its history."""
    return albums.decisions(album.id, photo_id)


@router.put(
    PATH,
    summary="Set the decision about a photo",
    dependencies=[ROOM],
    response_model_exclude_none=True,
    responses=responses(StorageFull, PhotoNotFound, InvalidRequest, *ALBUM_ERRORS),
)
def set_decision(album: OwnAlbum, photo_id: AlbumPhotoId, choice: Choice, albums: AlbumStoreDep) -> Decisions:
    """Picks, rejects or rates a photo. Overrides the proposal, also after the photo is scored again."""
    return albums.decide(album.id, photo_id, choice)


@router.post(
    f"{PATH}/undo",
    summary="Undo the decision about a photo",
    response_model_exclude_none=True,
    responses=responses(PhotoNotFound, *ALBUM_ERRORS),
)
def undo_decision(album: OwnAlbum, photo_id: AlbumPhotoId, albums: AlbumStoreDep) -> Decisions:
    """Restores the previous decision; without one, the proposal."""
    return albums.undo(album.id, photo_id)


@router.post(
    "/v1/albums/{album_id}/decisions",
    status_code=204,
    summary="Decide about several photos",
    dependencies=[ROOM],
    responses=responses(StorageFull, InvalidRequest, *ALBUM_ERRORS),
)
def decide_photos(album: OwnAlbum, decision: JointDecision, albums: AlbumStoreDep) -> None:
    """One decision with an id of the client, undone as one. Sent again, it changes nothing."""
    albums.decide_jointly(album.id, decision)


@router.delete(
    "/v1/albums/{album_id}/decisions/{decision_id}",
    status_code=204,
    summary="Undo a decision about several photos",
    responses=responses(InvalidRequest, *ALBUM_ERRORS),
)
def withdraw_decision(album: OwnAlbum, decision_id: DecisionId, albums: AlbumStoreDep) -> None:
    """Undoes exactly this decision: earlier and later ones, also of other clients, stay."""
    albums.withdraw(album.id, decision_id)
