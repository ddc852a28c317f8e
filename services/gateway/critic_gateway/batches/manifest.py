"""A batch's manifest: JSON lines, checked and stored as a stream, and read again a few lines at a time."""

from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager

from critic_core.contracts.batch import BatchLine
from critic_core.contracts.errors import CriticError, InvalidRequest, PhotoNotFound, RequestTooLarge
from critic_core.runtime.storage import Sink, Storage
from critic_gateway.http.storage_threads import in_storage_thread

MAX_LINES = 100_000
MAX_LINE_BYTES = 16_384
MAX_MANIFEST_BYTES = 200_000_000
BLOCK_BYTES = 1 << 16


async def receive_manifest(
    chunks: AsyncIterator[bytes], storage: Storage, key: str, ensure_accepted: Callable[[BatchLine], None]
) -> int:
    """Check every line and store the manifest; returns the number of lines.

    Raises InvalidRequest, which names the first bad line, RequestTooLarge, or what `ensure_accepted` raises.
    """
    async with _writing(storage, key) as sink:
        checked = _CheckedLines(sink, ensure_accepted)
        block = bytearray()
        async for chunk in chunks:
            block += chunk
            if len(block) >= BLOCK_BYTES:
                block = await in_storage_thread(checked.write_lines, block)
        if block and not block.endswith(b"\n"):
            block += b"\n"
        await in_storage_thread(checked.write_lines, block)
        checked.ensure_any()
    return checked.lines


@asynccontextmanager
async def _writing(storage: Storage, key: str) -> AsyncIterator[Sink]:
    """`Storage.writing` whose beginning and end, requests to a bucket, hold up no other request."""
    writing = ExitStack()
    sink = await in_storage_thread(writing.enter_context, storage.writing(key))
    try:
        yield sink
    except BaseException as error:
        await in_storage_thread(writing.__exit__, type(error), error, error.__traceback__)
        raise
    await in_storage_thread(writing.close)


class _CheckedLines:
    """Lines on their way into storage."""

    def __init__(self, sink: Sink, ensure_accepted: Callable[[BatchLine], None]) -> None:
        self._sink, self._ensure_accepted = sink, ensure_accepted
        self.lines = 0

    def write_lines(self, block: bytearray) -> bytearray:
        """Check and write the whole lines of a block; returns the rest."""
        end = block.rfind(b"\n") + 1
        rest = block[end:]
        for line in block[:end].split(b"\n")[:-1]:
            self._check(bytes(line))
        if len(rest) > MAX_LINE_BYTES:
            raise self._invalid(self.lines + 1, f"more than {MAX_LINE_BYTES:,} bytes")
        self._sink.write(block[:end])
        return rest

    def ensure_any(self) -> None:
        """Raises InvalidRequest for an empty manifest."""
        if not self.lines:
            raise InvalidRequest('The manifest is empty: send JSON lines such as {"url": "https://…"}.')

    def _check(self, line: bytes) -> None:
        self.lines += 1
        if self.lines > MAX_LINES:
            raise RequestTooLarge(f"The limit of a batch is {MAX_LINES:,} lines; send the rest in another one.")
        if len(line) > MAX_LINE_BYTES:
            raise self._invalid(self.lines, f"more than {MAX_LINE_BYTES:,} bytes")
        try:
            parsed = BatchLine.model_validate_json(line)
        except ValueError:
            raise self._invalid(self.lines, 'no JSON object such as {"url": "https://…", "reference": "a"}') from None
        try:
            self._ensure_accepted(parsed)
        except CriticError as error:
            raise type(error)(f"Line {self.lines:,} of the manifest: {error.detail}") from None

    @staticmethod
    def _invalid(number: int, reason: str) -> InvalidRequest:
        return InvalidRequest(f"Line {number:,} of the manifest is invalid: {reason}.")


def find_lines(storage: Storage, key: str, offset: int, count: int) -> tuple[int, list[BatchLine]]:
    """The next `count` lines from a byte of a stored manifest on, and the byte after them.

    Raises PhotoNotFound for a missing manifest, and for one with fewer lines.
    """
    data = b""
    while data.count(b"\n") < count:
        block = storage.range(key, offset + len(data), offset + len(data) + BLOCK_BYTES)
        if not block:
            raise PhotoNotFound("The manifest is incomplete.")
        data += block
    texts = data.split(b"\n")[:count]
    return offset + sum(map(len, texts)) + len(texts), [BatchLine.read(text) for text in texts]
