"""The client's calls about albums."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import httpx

from critic_cli.client.errors import NoServer
from critic_cli.client.multipart import open_photo
from critic_cli.client.retrying_http import RetryingHttp, parse
from critic_cli.files.names import upload_name
from critic_core.contracts.album import (
    Album,
    AlbumEvent,
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
from critic_core.contracts.photo import PhotoReceipt, UploadReceipt

_PAGE_SIZE = 1000
_RECONNECT_PAUSE_SECONDS = 0.5

DEFAULTS = Thresholds()
Parameters = Mapping[str, str | float]


class Albums:
    """The calls about albums. All raise AlbumNotFound for an album that does not exist (any more)."""

    def __init__(self, http: RetryingHttp) -> None:
        self._http = http

    def create(self, name: str | None = None, model: str | None = None, callback_url: str | None = None) -> Album:
        """A new, empty album."""
        album = NewAlbum(name=name, model=model, callback_url=callback_url).model_dump(mode="json", exclude_none=True)
        return parse(Album, self._http.request("POST", "/v1/albums", json=album))

    def add(self, album_id: str, photos: Sequence[Path], folder: Path | None = None) -> list[PhotoReceipt]:
        """Upload photos in one request, named by their paths below `folder`, if that is named.

        Receipts in their order; `duplicate` marks photos already in the album.
        """

        def send() -> httpx.Response:
            with ExitStack() as files:
                uploads = [
                    ("file", (upload_name(photo, folder), files.enter_context(open_photo(photo)))) for photo in photos
                ]
                return self._http.client.post(f"/v1/albums/{album_id}/photos", files=uploads)

        return list(parse(UploadReceipt, self._http.retry(send)).photos)

    def get(self, album_id: str) -> Album:
        """The album with its counts."""
        return self._page(album_id, None, 1).album

    def ranking(self, album_id: str) -> Iterator[AlbumPhoto]:
        """All photos: scored ones, best first; then failed ones, then pending ones."""
        cursor, more = None, True
        while more:
            page = self._page(album_id, cursor, _PAGE_SIZE)
            yield from page.photos
            cursor, more = page.next_cursor, page.next_cursor is not None

    def groups(
        self, album_id: str, level: GroupLevel = GroupLevel.near, thresholds: Thresholds = DEFAULTS
    ) -> Iterator[Group]:
        """Groups of at least two photos, the largest first."""
        params = {"level": level.value, **thresholds.model_dump()}
        for response in self._pages(f"/v1/albums/{album_id}/groups", params):
            yield from parse(GroupsPage, response).groups

    def selection(
        self, album_id: str, keep: float, per_scene: int | None = None, thresholds: Thresholds = DEFAULTS
    ) -> Iterator[Proposal]:
        """A proposal for each scored photo, with reasons; best first."""
        params = selection_parameters(keep, per_scene, thresholds)
        for response in self._pages(f"/v1/albums/{album_id}/selection", params):
            yield from parse(SelectionPage, response).photos

    def decide(self, album_id: str, photo_id: str, choice: Choice) -> Decisions:
        """Pick, reject or rate a photo."""
        body = choice.model_dump(mode="json", exclude_none=True)
        return parse(Decisions, self._http.request("PUT", _decision(album_id, photo_id), json=body))

    def undo(self, album_id: str, photo_id: str) -> Decisions:
        """Undo the last decision. Without retries: a lost response may belong to a successful undo."""
        return parse(Decisions, self._http.once("POST", f"{_decision(album_id, photo_id)}/undo"))

    def decisions(self, album_id: str, photo_id: str) -> Decisions:
        """All decisions on a photo."""
        return parse(Decisions, self._http.request("GET", _decision(album_id, photo_id)))

    def delete(self, album_id: str) -> None:
        """Delete the album with all its photos."""
        self._http.request("DELETE", f"/v1/albums/{album_id}")

    def follow(self, album_id: str) -> Iterator[Counts]:
        """The counts now and after each event, until the album is deleted.

        Reconnects after the last received event, so that no event is lost. NoServer after the timeout without one.
        """
        last_event_id, deadline = None, time.monotonic() + self._http.timeout_seconds
        while True:
            try:
                for event_id, counts in self._events(album_id, last_event_id):
                    last_event_id = event_id
                    yield counts
                    deadline = time.monotonic() + self._http.timeout_seconds
            except NoServer:
                if time.monotonic() > deadline:
                    raise
            self.get(album_id)  # AlbumNotFound when the stream ended for that
            time.sleep(_RECONNECT_PAUSE_SECONDS)

    def wait(self, album_id: str) -> Counts:
        """The counts as soon as no photo is pending."""
        return next(counts for counts in self.follow(album_id) if not counts.pending)

    def export(self, album_id: str, to: Path, params: Parameters) -> None:
        """Write an export to a file; a failure leaves no file. `params`: `format` and `selection_parameters`."""
        partial_file = to.with_name(f"{to.name}.part")
        try:
            with (
                self._http.stream(f"/v1/albums/{album_id}/export", params=params) as response,
                partial_file.open("wb") as out,
            ):
                for chunk in response.iter_bytes():
                    out.write(chunk)
            partial_file.replace(to)
        finally:
            partial_file.unlink(missing_ok=True)

    def _page(self, album_id: str, cursor: str | None, limit: int) -> AlbumPage:
        params = {"limit": str(limit), **({"cursor": cursor} if cursor else {})}
        return parse(AlbumPage, self._http.request("GET", f"/v1/albums/{album_id}", params=params))

    def _pages(self, path: str, params: Parameters) -> Iterator[httpx.Response]:
        query = httpx.QueryParams({**params, "limit": _PAGE_SIZE})
        while True:
            response = self._http.request("GET", path, params=query)
            yield response
            cursor = response.json().get("next_cursor")
            if cursor is None:
                return
            query = query.set("cursor", cursor)

    def _events(self, album_id: str, last_event_id: str | None) -> Iterator[tuple[str, Counts]]:
        headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
        with self._http.stream(f"/v1/albums/{album_id}/events", headers=headers) as response:
            event_id = ""
            for line in response.iter_lines():
                name, _, value = line.partition(": ")
                if name == "id":
                    event_id = value
                elif name == "data" and event_id and value != "{}":
                    yield event_id, AlbumEvent.read(value).counts


def selection_parameters(keep: float, per_scene: int | None, thresholds: Thresholds = DEFAULTS) -> Parameters:
    """The query parameters of a selection."""
    return {"keep": keep, **({"per_scene": per_scene} if per_scene else {}), **thresholds.model_dump()}


def _decision(album_id: str, photo_id: str) -> str:
    return f"/v1/albums/{album_id}/photos/{photo_id}/decision"
