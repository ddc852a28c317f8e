"""Albums of one server: a shoot goes in, and what to keep of it comes out."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import httpx

from critic_cli.connection import Connection, NoServer, read_as
from critic_cli.sending import opened, shown_name
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

_PAGE = 1000
_PAUSE_SECONDS = 0.5  # before a stream that broke is followed again

DEFAULTS = Thresholds()
Parameters = Mapping[str, str | float]


class Albums:
    """The calls about albums. Each raises AlbumNotFound for an album that is not, or not any more."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self._http = connection, connection.http

    def make(self, name: str | None = None, model: str | None = None, callback_url: str | None = None) -> Album:
        """A new, empty album."""
        wished = NewAlbum(name=name, model=model, callback_url=callback_url)
        told = wished.model_dump(mode="json", exclude_none=True)
        return read_as(Album, self._connection.insist(lambda: self._http.post("/v1/albums", json=told)))

    def add(self, album_id: str, photos: Sequence[Path]) -> list[PhotoReceipt]:
        """Send photos in one request; a receipt for each, in their order. What the album has already is `known`."""

        def send() -> httpx.Response:
            with ExitStack() as files:
                contents = [(shown_name(photo), files.enter_context(opened(photo))) for photo in photos]
                return self._http.post(f"/v1/albums/{album_id}/photos", files=[("file", each) for each in contents])

        return list(read_as(UploadReceipt, self._connection.insist(send)).photos)

    def look(self, album_id: str) -> Album:
        """The album with its counts."""
        return self._page(album_id, None, 1).album

    def ranking(self, album_id: str) -> Iterator[AlbumPhoto]:
        """All photos: those that are done, best first; then those that failed, then those that wait."""
        cursor, more = None, True
        while more:
            page = self._page(album_id, cursor, _PAGE)
            yield from page.photos
            cursor, more = page.next_cursor, page.next_cursor is not None

    def groups(
        self, album_id: str, level: GroupLevel = GroupLevel.near, thresholds: Thresholds = DEFAULTS
    ) -> Iterator[Group]:
        """Groups of at least two photos, the largest first."""
        told = {"level": level.value, **thresholds.model_dump(), "limit": _PAGE}
        for answer in self._pages(f"/v1/albums/{album_id}/groups", told):
            yield from read_as(GroupsPage, answer).groups

    def selection(
        self, album_id: str, keep: float, per_scene: int | None = None, thresholds: Thresholds = DEFAULTS
    ) -> Iterator[Proposal]:
        """What to do with each photo that is done, and why; best first."""
        told = {**question(keep, per_scene, thresholds), "limit": _PAGE}
        for answer in self._pages(f"/v1/albums/{album_id}/selection", told):
            yield from read_as(SelectionPage, answer).photos

    def decide(self, album_id: str, photo_id: str, choice: Choice) -> Decisions:
        """Pick, reject or give stars."""
        path, told = _decision(album_id, photo_id), choice.model_dump(mode="json", exclude_none=True)
        return read_as(Decisions, self._connection.insist(lambda: self._http.put(path, json=told)))

    def undo(self, album_id: str, photo_id: str) -> Decisions:
        """Take the last decision back. Not tried again when the connection breaks: it may have been taken back."""
        return read_as(
            Decisions, self._connection.once(lambda: self._http.post(f"{_decision(album_id, photo_id)}/undo"))
        )

    def decisions(self, album_id: str, photo_id: str) -> Decisions:
        """What was decided."""
        return read_as(Decisions, self._connection.insist(lambda: self._http.get(_decision(album_id, photo_id))))

    def forget(self, album_id: str) -> None:
        """Forget the album with all its photos."""
        self._connection.insist(lambda: self._http.delete(f"/v1/albums/{album_id}"))

    def follow(self, album_id: str) -> Iterator[Counts]:
        """The counts now, and after everything that happens, until the album is forgotten.

        A connection that breaks is made again, and nothing that happened meanwhile is missed. NoServer when that
        does not succeed for as long as patience lasts.
        """
        seen, deadline = None, time.monotonic() + self._connection.patience
        while True:
            try:
                for event_id, counts in self._events(album_id, seen):
                    seen = event_id  # where to go on from
                    yield counts
                    deadline = time.monotonic() + self._connection.patience
            except NoServer:
                if time.monotonic() > deadline:
                    raise
            self.look(album_id)  # AlbumNotFound when that is why the stream ended
            time.sleep(_PAUSE_SECONDS)

    def wait(self, album_id: str) -> Counts:
        """The counts once no photo waits."""
        return next(counts for counts in self.follow(album_id) if not counts.waiting)

    def export(self, album_id: str, to: Path, told: Parameters) -> None:
        """Write an export to a file, which appears when it is whole; `told`: its `format`, and `question`."""
        part = to.with_name(f"{to.name}.part")
        try:
            with (
                self._connection.streaming(f"/v1/albums/{album_id}/export", params=told) as answer,
                part.open("wb") as out,
            ):
                for piece in answer.iter_bytes():
                    out.write(piece)
            part.replace(to)
        finally:
            part.unlink(missing_ok=True)

    def _page(self, album_id: str, cursor: str | None, limit: int) -> AlbumPage:
        path, told = f"/v1/albums/{album_id}", {"limit": str(limit), **({"cursor": cursor} if cursor else {})}
        return read_as(AlbumPage, self._connection.insist(lambda: self._http.get(path, params=told)))

    def _pages(self, path: str, told: Parameters) -> Iterator[httpx.Response]:
        asked = httpx.QueryParams(dict(told))
        while True:
            answer = self._connection.insist(partial(self._http.get, path, params=asked))
            yield answer
            cursor = answer.json().get("next_cursor")
            if cursor is None:
                return
            asked = asked.set("cursor", cursor)

    def _events(self, album_id: str, seen: str | None) -> Iterator[tuple[str, Counts]]:
        headers = {"Last-Event-ID": seen} if seen else {}
        with self._connection.streaming(f"/v1/albums/{album_id}/events", headers=headers) as answer:
            event_id = ""
            for line in answer.iter_lines():
                name, _, value = line.partition(": ")
                if name == "id":
                    event_id = value
                elif name == "data" and event_id and value != "{}":
                    yield event_id, AlbumEvent.read(value).counts


def question(keep: float, per_scene: int | None, thresholds: Thresholds = DEFAULTS) -> Parameters:
    """What is to be kept, as parameters."""
    return {"keep": keep, **({"per_scene": per_scene} if per_scene else {}), **thresholds.model_dump()}


def _decision(album_id: str, photo_id: str) -> str:
    return f"/v1/albums/{album_id}/photos/{photo_id}/decision"
