"""Results of album queries: groups, selection, export."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from critic_core.contracts.album import (
    MAX_KEEP,
    Album,
    AlbumQuery,
    GroupLevel,
    GroupsPage,
    GroupsQuery,
    SelectionPage,
    SelectionQuery,
    Thresholds,
    Verdict,
    query_digest,
)
from critic_core.contracts.errors import AlbumResultPending, InvalidRequest, TooManyPairs
from critic_core.exports.export import ExportInput, ExportOptions, LabelMap, Naming, StarMap
from critic_core.exports.registry import EXPORTS
from critic_core.stores.album_results import SectionKey
from critic_gateway.albums.export_sources import StoredPictures, content_disposition, proposals
from critic_gateway.albums.queries import AlbumQueries, RowsPage
from critic_gateway.dependencies import AlbumQueriesDep, StorageDep
from critic_gateway.http import cursors
from critic_gateway.http.stored_response import chunks_on_demand
from critic_gateway.routes.openapi import ALBUM_ERRORS, responses
from critic_gateway.routes.parameters import MAX_WAIT_SECONDS, OwnAlbum, PageParams

DEFAULT_KEEP = 0.2  # of the pictures
ERRORS = responses(AlbumResultPending, InvalidRequest, TooManyPairs, *ALBUM_ERRORS)

router = APIRouter(prefix="/v1/albums", tags=["albums"])


class QueryParams(Thresholds):
    """Parameters of every query; FastAPI reads query parameters into one model only."""

    wait: float = Field(default=20, ge=0, le=MAX_WAIT_SECONDS, description="Long poll: most seconds to wait.")
    taste: bool = Field(default=True, description="False: by the common score, even if the owner's taste is in use.")

    @property
    def thresholds(self) -> Thresholds:
        """The thresholds alone."""
        return Thresholds.model_validate(self.model_dump(include=set(Thresholds.model_fields)))


class ResultPageParams(QueryParams, PageParams):
    """Parameters of a query with pages."""


class GroupsParams(ResultPageParams):
    """Parameters of the groups."""

    level: GroupLevel = Field(default=GroupLevel.near, description="Similarity of the photos of a group.")

    @property
    def query(self) -> GroupsQuery:
        """The query for the worker."""
        return GroupsQuery(thresholds=self.thresholds)


class SelectionQueryParams(QueryParams):
    """Parameters of a selection."""

    keep: float | None = Field(
        default=None,
        gt=0,
        le=MAX_KEEP,
        description="Pictures to keep; below 1: share of all pictures; default: the album's number, otherwise 0.2.",
    )
    per_scene: int | None = Field(
        default=None,
        ge=1,
        description="Most pictures kept of one scene; default: the fewest (from 2) that make enough.",
    )

    def query(self, album: Album) -> SelectionQuery:
        """The query for the worker."""
        keep = self.keep or album.keep or DEFAULT_KEEP
        return SelectionQuery(keep=keep, per_scene=self.per_scene, thresholds=self.thresholds)


class SelectionParams(SelectionQueryParams, ResultPageParams):
    """Parameters of a page of the selection."""

    verdict: Verdict | None = Field(default=None, description="Photos with this verdict alone.")

    @property
    def containing(self) -> str:
        """The text of the rows with the verdict; within a name, its quotation marks would be escaped."""
        return f'"verdict":"{self.verdict}"' if self.verdict else ""


class ExportParams(SelectionQueryParams):
    """Parameters of an export."""

    format: str = Field(max_length=20, description="Format of the export.", json_schema_extra={"enum": list(EXPORTS)})
    stars: str = Field(
        default="",
        max_length=60,
        description="Stars by rank: percentages of keepers to surpass for 2, 3, 4 and 5, such as 20,40,60,80.",
    )
    labels: str = Field(
        default="", max_length=200, description="Colour labels of sidecars, such as keep=Green,maybe=Yellow,reject=Red."
    )
    sidecars: Naming = Field(
        default=Naming.both, description="Name of a sidecar: IMG.xmp (adobe), IMG.CR2.xmp (darktable) or both."
    )


@router.get("/{album_id}/groups", summary="Get the groups of an album", response_model=GroupsPage, responses=ERRORS)
async def get_groups(album: OwnAlbum, queries: AlbumQueriesDep, params: Annotated[GroupsParams, Query()]) -> Response:
    """Exact duplicates, near duplicates, scenes, or sequences (brackets, focus stacks, panoramas); the best of each.

    Covers all photos that are done. Other thresholds score no photo again. `202` until the result is computed.
    """
    return await _page(album, params.query, params.level, "groups", params, queries)


@router.get(
    "/{album_id}/selection", summary="Get the selection of an album", response_model=SelectionPage, responses=ERRORS
)
async def get_selection(
    album: OwnAlbum, queries: AlbumQueriesDep, params: Annotated[SelectionParams, Query()]
) -> Response:
    """`keep`, `maybe` or `reject` for each photo, best first, with reasons.

    Diversity: one of near duplicates, few of a scene, spread over time; sequences stay whole. The photographer's
    decisions override proposals. `202` until the result is computed.
    """
    return await _page(album, params.query(album), "photos", "photos", params, queries, params.containing)


@router.get(
    "/{album_id}/export",
    summary="Export an album",
    response_class=StreamingResponse,
    responses={
        200: {"content": {export.media_type.partition(";")[0]: {} for export in EXPORTS.values()}},
        **ERRORS,
    },
)
async def export_album(
    album: OwnAlbum, queries: AlbumQueriesDep, storage: StorageDep, params: Annotated[ExportParams, Query()]
) -> StreamingResponse:
    """The selection with the decisions: CSV, JSON (docs/album-export.schema.json), a ZIP of XMP sidecars, a ZIP of the
    keepers, or an HTML page. `202` until the result is computed.
    """
    if params.format not in EXPORTS:
        raise InvalidRequest(f"No export format '{params.format}'. Formats: {', '.join(EXPORTS)}.")
    export = EXPORTS[params.format]
    options = ExportOptions(StarMap.parse(params.stars), params.sidecars, LabelMap.parse(params.labels))
    query = await _by_taste(album, params.query(album), params, queries)
    result = await queries.result(album, query, params.wait)
    key = SectionKey(album.id, query_digest(query), "photos")
    export_input = ExportInput(album, lambda: proposals(queries, key, result.token), options, StoredPictures(storage))
    return StreamingResponse(
        chunks_on_demand(export.write(export_input)),
        media_type=export.media_type,
        headers={"Content-Disposition": content_disposition(album, export)},
    )


async def _page(  # noqa: PLR0913, PLR0917 - all of them differ between queries
    album: Album,
    query: AlbumQuery,
    section: str,
    rows_name: str,
    params: ResultPageParams,
    queries: AlbumQueries,
    containing: str = "",
) -> Response:
    """A page of a result: the first page of a current result, the following ones of the same result."""
    if params.cursor is None:
        query = await _by_taste(album, query, params, queries)
        digest, token, first = query_digest(query), (await queries.result(album, query, params.wait)).token, 0
    else:
        digest, token, first = cursors.decode_row(params.cursor)
    page = await run_in_threadpool(
        queries.page, SectionKey(album.id, digest, section), token, first, params.limit, containing
    )
    next_cursor = None if page.following is None else cursors.encode_row(digest, token, page.following)
    return Response(_render(page, rows_name, next_cursor), media_type="application/json")


async def _by_taste(album: Album, query: AlbumQuery, params: QueryParams, queries: AlbumQueries) -> AlbumQuery:
    return await queries.by_taste(album, query) if params.taste else query


def _render(page: RowsPage, rows_name: str, next_cursor: str | None) -> str:
    """Head and rows are JSON of a worker already: thousands of rows are not parsed only to be serialized again."""
    cursor = f',"next_cursor":"{next_cursor}"' if next_cursor else ""
    return f'{page.head[:-1]},"{rows_name}":[{",".join(page.rows)}]{cursor}}}'
