"""A photo by its URL as events of an upload: streamed to the storage, and checked like the bytes of a caller.

The caller names the URL, and the gateway is inside: public addresses alone (and networks of the settings), no redirect,
no proxies, and one lookup of the host's name.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from urllib.parse import unquote

import httpcore

from critic_core.contracts.errors import InvalidPhotoUrl, PhotoTooLarge, PhotoUrlFailed
from critic_core.runtime.outbound.addresses import Address, Network
from critic_core.runtime.outbound.public_url import (
    PublicUrl,
    UnsafeUrl,
    check_addresses,
    parse_public_url,
)
from critic_core.runtime.outbound.resolve import resolve
from critic_gateway.uploads.multipart import FileBegins, FileBytes, FileEnds, UploadEvent, file_name, file_path
from critic_gateway.uploads.pinned_backend import PinnedBackend

STEP_SECONDS = 10.0  # of a lookup, a connection, and of every read
_LOOKUPS = ThreadPoolExecutor(16, "lookup")  # a silent name server keeps no thread of other work
_HEADERS = {"User-Agent": "photo-critic", "Accept": "image/*", "Accept-Encoding": "identity", "Connection": "close"}
# Every failure between two machines, TLS handshakes and invalid HTTP included.
_FAILURES = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError)


async def fetch_events(text: str, private: tuple[Network, ...], limit: int) -> AsyncGenerator[UploadEvent, None]:
    """The bytes behind a URL, at most `limit`. Raises InvalidPhotoUrl, PhotoUrlFailed or PhotoTooLarge."""
    try:
        url = parse_public_url(text, private)
        addresses = check_addresses(await _addresses(url), url, private)
        async with _response(url, addresses) as response:
            _ensure_photo(response, limit)
            yield FileBegins(_file_name(url))
            async for chunk in _within(response.aiter_stream(), limit):
                yield FileBytes(chunk)
            yield FileEnds()
    except UnsafeUrl as error:
        raise InvalidPhotoUrl(str(error)) from None
    except _FAILURES as error:
        raise PhotoUrlFailed(f"The photo's URL could not be read: {type(error).__name__}.") from error


def _file_name(url: PublicUrl) -> str | None:
    """The last name of the URL's path, if it has one."""
    return file_name(file_path({b"filename": unquote(url.target.partition("?")[0]).encode()}))


async def _addresses(url: PublicUrl) -> list[Address]:
    if url.address is not None:
        return [url.address]
    async with asyncio.timeout(STEP_SECONDS):
        return await asyncio.get_running_loop().run_in_executor(_LOOKUPS, resolve, url.host, url.port)


@asynccontextmanager
async def _response(url: PublicUrl, addresses: list[Address]) -> AsyncIterator[httpcore.Response]:
    scheme, host, target = url.scheme.encode(), url.host.encode(), url.target.encode()
    request = httpcore.URL(scheme=scheme, host=host, port=url.port, target=target)
    timeouts = dict.fromkeys(("connect", "read", "write", "pool"), STEP_SECONDS)
    backend = PinnedBackend(addresses)
    async with (
        httpcore.AsyncHTTPConnection(request.origin, network_backend=backend) as connection,
        connection.stream(
            "GET", request, headers=[("Host", url.authority), *_HEADERS.items()], extensions={"timeout": timeouts}
        ) as response,
    ):
        yield response


def _ensure_photo(response: httpcore.Response, limit: int) -> None:
    if response.status != 200:
        raise PhotoUrlFailed(f"The photo's URL answered {response.status}; redirects are not followed.")
    length = {name.lower(): value for name, value in response.headers}.get(b"content-length", b"")
    if length.isdigit() and int(length) > limit:
        raise _too_large(limit)


async def _within(chunks: AsyncIterator[bytes], limit: int) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        yield chunk


def _too_large(limit: int) -> PhotoTooLarge:
    return PhotoTooLarge(f"The file has more than {limit:,} bytes, which is the limit.")
