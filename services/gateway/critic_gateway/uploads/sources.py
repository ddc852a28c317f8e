"""The events of a photo that the gateway reads itself: from the internet, or from the owner's folder of the storage."""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass

from critic_core.contracts.errors import (
    InvalidRequest,
    InvalidStorageKey,
    PhotoNotFound,
    PhotoTooLarge,
    PhotoUrlsDisabled,
    StorageKeyNotFound,
    StorageKeysDisabled,
    StorageUnavailable,
)
from critic_core.contracts.photo_source import MAX_KEY_LENGTH, PhotoSource
from critic_core.runtime.storage import UPLOADS, Storage, incoming_key, uploaded_key
from critic_gateway.http.storage_threads import in_storage_thread
from critic_gateway.http.stored_response import chunks_on_demand
from critic_gateway.settings import GatewaySettings
from critic_gateway.uploads.fetch import fetch_events
from critic_gateway.uploads.multipart import FileBegins, FileBytes, FileEnds, UploadEvent, file_name

MAX_SOURCE_BYTES = 4096
_PART = re.compile(r"(?!\.{1,2}$)[^/\\\x00-\x1f\x7f]+")


@dataclass(frozen=True)
class PhotoSources:
    """Photos by URL and by key, each if the settings allow it."""

    storage: Storage
    settings: GatewaySettings

    def ensure_accepted(self, source: PhotoSource) -> None:
        """Raises PhotoUrlsDisabled, StorageKeysDisabled or InvalidStorageKey."""
        if source.url is not None and not self.settings.fetch_urls:
            raise PhotoUrlsDisabled
        if source.key is not None:
            self._ensure_key(source.key)

    async def events(self, source: PhotoSource, owner: str) -> AsyncGenerator[UploadEvent, None]:
        """The photo as events of an upload. Raises what `fetch_events` raises, StorageKeyNotFound or PhotoTooLarge."""
        limit = self.settings.max_photo_bytes
        if source.url is not None:
            async with aclosing(fetch_events(source.url, self.settings.fetch_allow_private, limit)) as events:
                async for event in events:
                    yield event
        elif source.key is not None:
            with _found():
                size, chunks = await in_storage_thread(
                    self.storage.size_and_chunks, self._storage_key(source.key, owner)
                )
                if size > limit:
                    raise PhotoTooLarge(f"The file has more than {limit:,} bytes, which is the limit.")
                yield FileBegins(None if _is_upload(source.key) else file_name(source.key))
                async with aclosing(chunks_on_demand(chunks)) as read:
                    async for chunk in read:
                        yield FileBytes(chunk)
                yield FileEnds()

    def forget(self, source: PhotoSource, owner: str) -> None:
        """Delete a presigned upload whose photo is stored, if the storage answers; files of the owner's folder stay."""
        if source.key is not None and _is_upload(source.key):
            with suppress(StorageUnavailable):  # the photo is queued: an error would make the caller send it again
                self.storage.delete(self._storage_key(source.key, owner))

    def _ensure_key(self, key: str) -> None:
        enabled = self.settings.presigned_uploads if _is_upload(key) else self.settings.incoming_folder
        if not enabled:
            raise StorageKeysDisabled
        if len(key.encode()) > MAX_KEY_LENGTH or not all(_PART.fullmatch(part) for part in key.split("/")):
            raise InvalidStorageKey

    def _storage_key(self, key: str, owner: str) -> str:
        if _is_upload(key):
            return uploaded_key(owner, key.removeprefix(UPLOADS))
        return incoming_key(self.settings.incoming_folder, owner, key)


async def read_source(chunks: AsyncIterator[bytes]) -> PhotoSource:
    """The source that a body names. Raises InvalidRequest."""
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > MAX_SOURCE_BYTES:
            raise InvalidRequest(f"The limit of a JSON body is {MAX_SOURCE_BYTES:,} bytes.")
    try:
        return PhotoSource.model_validate_json(bytes(body))
    except ValueError:
        raise InvalidRequest('The JSON body of an upload is {"url": "https://…"} or {"key": "…"}.') from None


@contextmanager
def _found() -> Iterator[None]:
    """Raises StorageKeyNotFound for a missing file, and for one that the storage refuses to read."""
    try:
        yield
    except PhotoNotFound:
        raise StorageKeyNotFound from None
    except StorageUnavailable as error:
        if isinstance(error.__cause__, PermissionError):
            raise StorageKeyNotFound from None
        raise


def _is_upload(key: str) -> bool:
    return key.startswith(UPLOADS)
