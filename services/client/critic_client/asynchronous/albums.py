"""The client's calls about albums."""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from pathlib import Path
from uuid import uuid4

import httpx
from anyio import sleep
from httpx_sse import EventSource

from critic_client.asynchronous.retrying_http import AsyncRetryingHttp
from critic_client.errors import NoServer
from critic_client.events import Event, parse_event
from critic_client.photo_files import OnProgress, open_photos, upload_name
from critic_client.requests import (
    DEFAULTS,
    Parameters,
    decision_path,
    page_parameters,
    parse,
    selection_parameters,
)
from critic_core.contracts.account import AlbumsPage
from critic_core.contracts.album import (
    Album,
    AlbumPage,
    AlbumPhoto,
    Choice,
    Counts,
    Decisions,
    Group,
    GroupLevel,
    GroupsPage,
    NewAlbum,
    Proposal,
    SelectionPage,
    Thresholds,
)
from critic_core.contracts.group_correction import (
    CorrectionKind,
    GroupCorrection,
    GroupCorrections,
    NewGroupCorrection,
)
from critic_core.contracts.photo import PhotoReceipt, UploadReceipt

_RECONNECT_PAUSE_SECONDS = 0.5


class AsyncAlbums:
    """The calls about albums. All raise AlbumNotFound for an album that does not exist (any more)."""

    def __init__(self, http: AsyncRetryingHttp) -> None:
        self._http = http

    async def create(self, name: str | None = None, model: str | None = None, callback_url: str | None = None) -> Album:
        """A new, empty album. No second attempt after a lost response, which may belong to a success."""
        album = NewAlbum(name=name, model=model, callback_url=callback_url).model_dump(mode="json", exclude_none=True)
        return parse(Album, await self._http.once("POST", "/v1/albums", json=album))

    async def find(self, **filters: str) -> AsyncIterator[Album]:
        """The caller's albums, newest first. `filters`: `name`, `created_since`, `created_before`."""
        async for response in self._pages("/v1/albums", filters):
            for album in parse(AlbumsPage, response).albums:
                yield album

    async def add(
        self,
        album_id: str,
        photos: Sequence[Path | bytes],
        names: Sequence[str] | None = None,
        on_progress: OnProgress | None = None,
    ) -> list[PhotoReceipt]:
        """Upload photos in one request. `names` are file names or relative paths; default: the files' own names.

        Receipts in their order; `duplicate` marks photos already in the album.
        """
        key = {"Idempotency-Key": str(uuid4())}  # a retry returns the receipts of the first request
        file_names = names or [upload_name(photo) for photo in photos]

        async def send() -> httpx.Response:
            with open_photos(photos, file_names, on_progress) as files:
                return await self._http.client.post(f"/v1/albums/{album_id}/photos", files=files, headers=key)

        return list(parse(UploadReceipt, await self._http.retry(send)).photos)

    async def get(self, album_id: str) -> Album:
        """The album with its counts."""
        params = page_parameters(None, 1)
        return parse(AlbumPage, await self._http.request("GET", f"/v1/albums/{album_id}", params=params)).album

    async def set_keep(self, album_id: str, keep: float) -> Album:
        """Set the pictures to keep, for all clients of the album; below 1: share of all pictures."""
        return parse(Album, await self._http.request("PATCH", f"/v1/albums/{album_id}", json={"keep": keep}))

    async def ranking(self, album_id: str) -> AsyncIterator[AlbumPhoto]:
        """All photos: scored ones, best first; then failed ones, then pending ones."""
        async for response in self._pages(f"/v1/albums/{album_id}", {}):
            for photo in parse(AlbumPage, response).photos:
                yield photo

    async def groups(
        self, album_id: str, level: GroupLevel = GroupLevel.near, thresholds: Thresholds = DEFAULTS
    ) -> AsyncIterator[Group]:
        """Groups of at least two photos, the largest first."""
        params = {"level": level.value, **thresholds.model_dump()}
        async for response in self._pages(f"/v1/albums/{album_id}/groups", params):
            for group in parse(GroupsPage, response).groups:
                yield group

    async def correct_groups(self, album_id: str, kind: CorrectionKind, photos: Sequence[str]) -> NewGroupCorrection:
        """Merge the groups of near duplicates of these photos, or separate the photos as a group of their own."""
        correction = NewGroupCorrection(id=str(uuid4()), kind=kind, photos=tuple(photos))
        path = f"/v1/albums/{album_id}/groups/corrections"
        await self._http.request("POST", path, json=correction.model_dump(mode="json"))
        return correction

    async def group_corrections(self, album_id: str) -> tuple[GroupCorrection, ...]:
        """The corrections of the album's groups, in the order in which they apply."""
        response = await self._http.request("GET", f"/v1/albums/{album_id}/groups/corrections")
        return parse(GroupCorrections, response).corrections

    async def withdraw_group_correction(self, album_id: str, correction_id: str) -> None:
        """Withdraw exactly this correction; earlier and later ones stay."""
        await self._http.request("DELETE", f"/v1/albums/{album_id}/groups/corrections/{correction_id}")

    async def selection(
        self,
        album_id: str,
        keep: float | None = None,
        per_scene: int | None = None,
        thresholds: Thresholds = DEFAULTS,
        taste: bool = True,
    ) -> AsyncIterator[Proposal]:
        """A proposal for each scored photo, with reasons; best first. `keep`: by default the album's number.

        Without `taste`, by the common score even if the owner's taste is in use.
        """
        params = selection_parameters(keep, per_scene, thresholds, taste)
        async for response in self._pages(f"/v1/albums/{album_id}/selection", params):
            for proposal in parse(SelectionPage, response).photos:
                yield proposal

    async def decide(self, album_id: str, photo_id: str, choice: Choice) -> Decisions:
        """Pick, reject or rate a photo. No second attempt after a lost response, as `create`."""
        body = choice.model_dump(mode="json", exclude_none=True)
        return parse(Decisions, await self._http.once("PUT", decision_path(album_id, photo_id), json=body))

    async def undo(self, album_id: str, photo_id: str) -> Decisions:
        """Undo the last decision. No second attempt after a lost response, as `create`."""
        return parse(Decisions, await self._http.once("POST", f"{decision_path(album_id, photo_id)}/undo"))

    async def decisions(self, album_id: str, photo_id: str) -> Decisions:
        """All decisions on a photo."""
        return parse(Decisions, await self._http.request("GET", decision_path(album_id, photo_id)))

    async def delete(self, album_id: str) -> None:
        """Delete the album with all its photos."""
        await self._http.request("DELETE", f"/v1/albums/{album_id}")

    async def events(self, album_id: str, last_event_id: str | None = None) -> AsyncGenerator[Event]:
        """The events after that one, or from now on with the album's counts first; until the album is deleted.

        Reconnects after the last received event, so that no event is lost. NoServer after the timeout without one.
        Its connection is open until the end, or until the iterator is closed (`contextlib.aclosing`).
        """
        deadline = time.monotonic() + self._http.timeout_seconds
        while True:
            try:
                async with aclosing(self._stream(album_id, last_event_id)) as stream:
                    async for event in stream:
                        last_event_id = event.id
                        yield event
                        deadline = time.monotonic() + self._http.timeout_seconds
            except NoServer:
                if time.monotonic() > deadline:
                    raise
            await self.get(album_id)  # AlbumNotFound when the stream ended for that
            await sleep(_RECONNECT_PAUSE_SECONDS)

    async def follow(self, album_id: str) -> AsyncGenerator[Counts]:
        """The counts now and after each event, until the album is deleted. A connection is open as for `events`."""
        async with aclosing(self.events(album_id)) as events:
            async for event in events:
                yield event.data.counts

    async def wait(self, album_id: str) -> Counts:
        """The counts as soon as no photo is pending."""
        async with aclosing(self.follow(album_id)) as feed:
            async for counts in feed:
                if not counts.pending:
                    break
        return counts

    async def export(self, album_id: str, to: Path, params: Parameters) -> None:
        """Write an export to a file; a failure leaves no file. `params`: `format` and `selection_parameters`."""
        partial_file = to.with_name(f"{to.name}.part")
        try:
            with partial_file.open("wb") as out:
                async with aclosing(self.export_chunks(album_id, params)) as chunks:
                    async for chunk in chunks:
                        out.write(chunk)
            partial_file.replace(to)
        finally:
            partial_file.unlink(missing_ok=True)

    async def export_chunks(self, album_id: str, params: Parameters) -> AsyncGenerator[bytes]:
        """An export in pieces, as it arrives."""
        async with self._http.stream(f"/v1/albums/{album_id}/export", params=params) as response:
            async for chunk in response.aiter_bytes():
                yield chunk

    async def _pages(self, path: str, params: Parameters) -> AsyncIterator[httpx.Response]:
        cursor, more = None, True
        while more:
            response = await self._http.request("GET", path, params={**params, **page_parameters(cursor)})
            yield response
            cursor = response.json().get("next_cursor")
            more = cursor is not None

    async def _stream(self, album_id: str, last_event_id: str | None) -> AsyncGenerator[Event]:
        headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
        async with self._http.stream(f"/v1/albums/{album_id}/events", headers=headers) as response:
            async for message in EventSource(response).aiter_sse():
                if event := parse_event(message):
                    yield event
