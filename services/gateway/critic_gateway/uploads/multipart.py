"""The body of an upload as a stream of events, whether it is multipart or one raw image.

Written on python-multipart's parser, and not on Starlette's form, because a form is spooled to a temporary file before
the route sees its first byte: limits would be enforced after the fact, and every photo written twice.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import unquote

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from critic_core.contracts.errors import InvalidRequest

LONGEST_FILE_NAME = 255


@dataclass(frozen=True)
class FileBegins:
    """A file begins; its name is what the client calls it, for showing only."""

    name: str | None


@dataclass(frozen=True)
class FileBytes:
    """More bytes of the file that began last."""

    data: bytes


@dataclass(frozen=True)
class FileEnds:
    """The file that began last is complete."""


UploadEvent = FileBegins | FileBytes | FileEnds


async def upload_events(content_type: str, chunks: AsyncIterator[bytes]) -> AsyncIterator[UploadEvent]:
    """Events of a body with that `Content-Type`. InvalidRequest when a multipart body is malformed or cut short."""
    kind, options = parse_options_header(content_type)
    if kind == b"multipart/form-data":
        async for event in _multipart(options.get(b"boundary", b""), chunks):
            yield event
    else:
        yield FileBegins(None)
        async for chunk in chunks:
            if chunk:
                yield FileBytes(chunk)
        yield FileEnds()


async def _multipart(boundary: bytes, chunks: AsyncIterator[bytes]) -> AsyncIterator[UploadEvent]:
    if not boundary:
        raise InvalidRequest("The multipart body has no boundary.")
    form = _Form()
    parser = MultipartParser(boundary, form.callbacks())  # type: ignore[arg-type]  # a TypedDict of the same names
    try:
        async for chunk in chunks:
            parser.write(chunk)
            for event in form.take():
                yield event
    except FormParserError as error:
        raise InvalidRequest(f"The multipart body is malformed: {error}.") from error
    if not form.complete:
        raise InvalidRequest("The multipart body was cut short.")


class _Form:
    """Turns the parser's callbacks into events. Parts without a file name are fields of a form, and ignored."""

    def __init__(self) -> None:
        self.complete = False
        self._events: list[UploadEvent] = []
        self._header_name = self._header_value = b""
        self._headers: dict[bytes, bytes] = {}
        self._in_file = False

    def callbacks(self) -> dict[str, object]:
        return {
            "on_part_begin": self._part_begins,
            "on_header_field": self._header_name_grows,
            "on_header_value": self._header_value_grows,
            "on_header_end": self._header_ends,
            "on_headers_finished": self._headers_end,
            "on_part_data": self._data,
            "on_part_end": self._part_ends,
            "on_end": self._ends,
        }

    def take(self) -> list[UploadEvent]:
        events, self._events = self._events, []
        return events

    def _part_begins(self) -> None:
        self._headers = {}
        self._header_name = self._header_value = b""

    def _header_name_grows(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _header_value_grows(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _header_ends(self) -> None:
        self._headers[self._header_name.lower()] = self._header_value
        self._header_name = self._header_value = b""

    def _headers_end(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._in_file = b"filename" in options or b"filename*" in options
        if self._in_file:
            self._events.append(FileBegins(file_name(options)))

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._in_file:
            self._events.append(FileBytes(data[start:end]))

    def _part_ends(self) -> None:
        if self._in_file:
            self._events.append(FileEnds())
        self._in_file = False

    def _ends(self) -> None:
        self.complete = True


def file_name(options: dict[bytes, bytes]) -> str | None:
    """The client's name for a file, made harmless for showing: no folders, no control characters, not too long."""
    raw = options.get(b"filename", b"").decode("utf-8", "replace")
    if encoded := options.get(b"filename*"):
        raw = unquote(encoded.decode("ascii", "replace").split("''", 1)[-1])
    last = raw.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(character for character in last if character.isprintable()).strip()
    return shown[:LONGEST_FILE_NAME] or None
