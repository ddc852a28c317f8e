"""The body of an upload, multipart or one raw image, as a stream of events.

Built on python-multipart's parser instead of Starlette's form, which spools to a temporary file before the route sees
the first byte: limits would be enforced too late, and every photo written twice.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import unquote

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from critic_core.contracts.errors import InvalidRequest, RequestTooLarge

MAX_FILE_NAME_LENGTH = 255
MAX_PATH_LENGTH = 1024
MAX_FORM_BYTES = 1 << 20
"""Bytes of a form beside its files: fields, headers of parts, and what stands before and after the form."""


@dataclass(frozen=True)
class FileBegins:
    """The begin of a file, with the client's name for display, and its relative path."""

    name: str | None
    path: str | None = None


@dataclass(frozen=True)
class FileBytes:
    """Bytes of the current file."""

    data: bytes


@dataclass(frozen=True)
class FileEnds:
    """The end of the current file."""


UploadEvent = FileBegins | FileBytes | FileEnds


async def upload_events(content_type: str, chunks: AsyncIterator[bytes]) -> AsyncIterator[UploadEvent]:
    """The events of a body.

    Raises InvalidRequest for a malformed or truncated multipart body, RequestTooLarge for one with too much beside its
    files.
    """
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


def is_json(content_type: str) -> bool:
    """True for a JSON body."""
    return parse_options_header(content_type)[0] == b"application/json"


async def _multipart(boundary: bytes, chunks: AsyncIterator[bytes]) -> AsyncIterator[UploadEvent]:
    if not boundary:
        raise InvalidRequest("The multipart body has no boundary.")
    form = _Form()
    parser = MultipartParser(boundary, form.callbacks())  # type: ignore[arg-type]  # a TypedDict of the same names
    try:
        async for chunk in chunks:
            parser.write(chunk)
            form.count(len(chunk))
            for event in form.pop_events():
                yield event
    except FormParserError as error:
        raise InvalidRequest(f"The multipart body is malformed: {error}.") from error
    if not form.complete:
        raise InvalidRequest("The multipart body is truncated.")


class _Form:
    """The parser's callbacks as events. Form fields (without a file name) are ignored."""

    def __init__(self) -> None:
        self.complete = False
        self._events: list[UploadEvent] = []
        self._name = self._value = b""
        self._headers: dict[bytes, bytes] = {}
        self._in_file = False
        self._bytes_beside_files = 0

    def count(self, size: int) -> None:
        """Count the bytes of a chunk that was parsed. Raises RequestTooLarge."""
        in_files = sum(len(event.data) for event in self._events if isinstance(event, FileBytes))
        self._bytes_beside_files += size - in_files
        if self._bytes_beside_files > MAX_FORM_BYTES:
            raise RequestTooLarge(f"A form has at most {MAX_FORM_BYTES:,} bytes beside its files.")

    def callbacks(self) -> dict[str, object]:
        return {
            "on_part_begin": self._part_begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._part_data,
            "on_part_end": self._part_end,
            "on_end": self._end,
        }

    def pop_events(self) -> list[UploadEvent]:
        events, self._events = self._events, []
        return events

    def _part_begin(self) -> None:
        self._headers = {}
        self._name = self._value = b""

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name = self._value = b""

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._in_file = b"filename" in options or b"filename*" in options
        if self._in_file:
            path = file_path(options)
            self._events.append(FileBegins(file_name(path), path if path and "/" in path else None))

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._in_file:
            self._events.append(FileBytes(data[start:end]))

    def _part_end(self) -> None:
        if self._in_file:
            self._events.append(FileEnds())
        self._in_file = False

    def _end(self) -> None:
        self.complete = True


def file_path(options: dict[bytes, bytes]) -> str | None:
    """The client's relative path, safe for display: no `..`, no control characters, limited length."""
    raw = options.get(b"filename", b"").decode("utf-8", "replace")
    if encoded := options.get(b"filename*"):
        raw = unquote(encoded.decode("ascii", "replace").split("''", 1)[-1])
    names = [_printable(name) for name in raw.replace("\\", "/").split("/")]
    absolute = len(names) > 1 and (not names[0] or names[0].endswith(":"))  # of a disk, not of a chosen folder
    path = "/".join(name for name in names[-1 if absolute else 0 :] if name not in ("", ".", ".."))
    return path if len(path) <= MAX_PATH_LENGTH else file_name(path)


def file_name(path: str | None) -> str | None:
    """The last name of a path, without control characters, with limited length."""
    return _printable((path or "").rsplit("/", 1)[-1])[:MAX_FILE_NAME_LENGTH] or None


def _printable(name: str) -> str:
    return "".join(character for character in name if character.isprintable()).strip()
