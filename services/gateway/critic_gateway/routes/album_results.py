"""What was found in an album: groups, what to keep, and how to take that away."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from critic_core.contracts.album import (
    Album,
    GroupLevel,
    GroupsPage,
    GroupsQuery,
    Question,
    SelectionPage,
    SelectionQuery,
    Thresholds,
    query_digest,
)
from critic_core.contracts.errors import AlbumResultPending, AlbumNotFound, InvalidRequest
from critic_core.exports.export import Given, Naming, StarMap, Wish
from critic_core.exports.registry import EXPORTS
from critic_core.stores.album_results import Where
from critic_gateway.albums import cursors
from critic_gateway.albums.export_sources import StoredPictures, disposition, proposals
from critic_gateway.albums.queries import answer, page
from critic_gateway.dependencies import Parts, PartsHere
from critic_gateway.http.problems import responses
from critic_gateway.routes.albums import MOST_PHOTOS_A_PAGE, WHO, AlbumHere
from critic_gateway.routes.photos import LONGEST_WAIT_SECONDS

router = APIRouter(prefix="/v1/albums", tags=["albums"])


class _Wished(Thresholds):
    """What may be asked for with any question; FastAPI takes query parameters from one model only."""

    wait: float = Field(default=20, ge=0, le=LONGEST_WAIT_SECONDS, description="Seconds to wait for the answer.")

    @property
    def thresholds(self) -> Thresholds:
        """Only those."""
        return Thresholds.model_validate(self.model_dump(include=set(Thresholds.model_fields)))


class _Paged(_Wished):
    """What may be asked for with a question that is answered in pages."""

    cursor: str | None = Field(default=None, max_length=200, description="`next_cursor` of the page before.")
    limit: int = Field(default=100, ge=1, le=MOST_PHOTOS_A_PAGE, description="Entries a page.")


class WishedGroups(_Paged):
    """The parameters of the question for groups."""

    level: GroupLevel = Field(default=GroupLevel.near, description="How alike the photos of a group are.")


class _Kept(_Wished):
    """What may be asked for with the question for what to keep."""

    keep: float = Field(default=0.2, gt=0, description="How many pictures to keep; under 1: the share of all.")
    per_scene: int | None = Field(
        default=None, ge=1, description="Most pictures of one scene; else the fewest (from 2) that make enough."
    )

    @property
    def question(self) -> SelectionQuery:
        """For the worker."""
        return SelectionQuery(keep=self.keep, per_scene=self.per_scene, thresholds=self.thresholds)


class WishedSelection(_Kept, _Paged):
    """The parameters of the selection."""


class WishedExport(_Kept):
    """The parameters of an export: those of the selection, and how it is written."""

    format: str = Field(description=f"One of {', '.join(EXPORTS)}.")
    stars: str = Field(default="20,40,60,80", max_length=60, description="The scores that make 2, 3, 4 and 5 stars.")
    sidecars: Naming = Field(default=Naming.both, description="IMG.xmp (adobe), IMG.CR2.xmp (darktable) or both.")


@router.get(
    "/{album_id}/groups",
    summary="Which photos belong together?",
    response_model=GroupsPage,
    responses=responses(AlbumNotFound, AlbumResultPending, InvalidRequest, *WHO),
)
async def groups(album: AlbumHere, parts: PartsHere, wished: Annotated[WishedGroups, Query()]) -> Response:
    """Exact duplicates, near duplicates, scenes, or sequences (brackets, focus stacks, panoramas); the best of each.

    Of all photos that are done when it is asked. Other thresholds score nothing anew.
    """
    question = GroupsQuery(thresholds=wished.thresholds)
    return await _told(album, question, wished.level, "groups", wished, parts)


@router.get(
    "/{album_id}/selection",
    summary="Which photos are to be kept?",
    response_model=SelectionPage,
    responses=responses(AlbumNotFound, AlbumResultPending, InvalidRequest, *WHO),
)
async def selection(album: AlbumHere, parts: PartsHere, wished: Annotated[WishedSelection, Query()]) -> Response:
    """The best photos with diversity, best first: `keep`, `maybe` or `reject` for each, and why.

    One of near duplicates, few of a scene, spread over time; sequences stay whole. The photographer's own decisions go
    first.
    """
    return await _told(album, wished.question, "photos", "photos", wished, parts)


@router.get(
    "/{album_id}/export",
    summary="Take the decisions away",
    response_class=StreamingResponse,
    responses={
        200: {"content": {export.media_type.partition(";")[0]: {} for export in EXPORTS.values()}},
        **responses(AlbumNotFound, AlbumResultPending, InvalidRequest, *WHO),
    },
)
async def export(album: AlbumHere, parts: PartsHere, wished: Annotated[WishedExport, Query()]) -> StreamingResponse:
    """As CSV, JSON (docs/album-export.schema.json), a ZIP of XMP sidecars, a ZIP of the keepers, or an HTML page."""
    if wished.format not in EXPORTS:
        raise InvalidRequest(f"There is no export '{wished.format}'. There are: {', '.join(EXPORTS)}.")
    export = EXPORTS[wished.format]
    wish = Wish(StarMap.parse(wished.stars), wished.sidecars)
    kept = await answer(album, wished.question, parts, wished.wait)
    where = Where(album.id, query_digest(wished.question), "photos")
    given = Given(album, lambda: proposals(where, kept.token, parts), wish, StoredPictures(parts.storage))
    return StreamingResponse(
        export.write(given), media_type=export.media_type, headers={"Content-Disposition": disposition(album, export)}
    )


async def _told(  # noqa: PLR0913, PLR0917 - all of it is different for each question
    album: Album, question: Question, part: str, name: str, wished: _Paged, parts: Parts
) -> Response:
    """A page of the answer; the first one knows the album as it is now, the others are of the same answer."""
    if wished.cursor is None:
        token, first = (await answer(album, question, parts, wished.wait)).token, 0
    else:
        token, first = cursors.row(wished.cursor)
    where = Where(album.id, query_digest(question), part)
    told = await run_in_threadpool(page, where, token, first, wished.limit, parts)
    following = cursors.told_row(token, first + wished.limit) if told.more else None
    # Head and rows are JSON already, a worker's: thousands of rows are not parsed to be written again.
    cursor = f',"next_cursor":"{following}"' if following else ""
    return Response(f'{told.head[:-1]},"{name}":[{",".join(told.rows)}]{cursor}}}', media_type="application/json")
