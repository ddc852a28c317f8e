"""HTTP to one server, with the client's retry rule."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
from anyio import sleep

from critic_client.errors import NoServer, NotPhotoCritic
from critic_client.requests import LONGEST_WAIT_SECONDS, Retries, base_url, error_of_response
from critic_core.contracts.errors import CriticError

# A proxy for the internet is never meant for this machine.
_NO_PROXY: dict[str, httpx.AsyncBaseTransport | None] = {
    f"all://{host}": None for host in ("127.0.0.1", "localhost", "[::1]")
}


class AsyncRetryingHttp:
    """HTTP to one server. `timeout_seconds`: limit of a call, retries included."""

    def __init__(self, url: str, api_key: str | None, timeout_seconds: float) -> None:
        self.timeout_seconds = timeout_seconds
        self.client = httpx.AsyncClient(
            base_url=base_url(url),
            headers={"X-API-Key": api_key} if api_key else {},
            timeout=httpx.Timeout(60, connect=5, read=LONGEST_WAIT_SECONDS + 15),
            mounts=_NO_PROXY,
        )

    async def check_server(self) -> None:
        """Raise NoServer when no server answers, NotPhotoCritic for another program. No retries."""
        try:
            response = await self.client.get("/livez", timeout=5)
        except httpx.TransportError as error:
            raise self._no_server(error) from error
        if not response.is_success:
            raise NotPhotoCritic

    async def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """A request with retries; `options` are httpx's."""
        return await self.retry(lambda: self.client.request(method, path, **options))

    async def retry(self, send: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        """Call `send` until it succeeds, the error is permanent, or the retries are used up."""
        retries = Retries(time.monotonic() + self.timeout_seconds)
        while True:
            result = await self._attempt(send)
            if isinstance(result, httpx.Response):
                return result
            await sleep(retries.pause(result, time.monotonic()))

    async def once(self, method: str, path: str, **options: Any) -> httpx.Response:
        """A request that takes effect at most once: only after a refusal for its rate is it sent again."""
        retries = Retries(time.monotonic() + self.timeout_seconds)
        while True:
            result = await self._attempt(lambda: self.client.request(method, path, **options))
            if isinstance(result, httpx.Response):
                return result
            if result.status != httpx.codes.TOO_MANY_REQUESTS:
                raise result
            await sleep(retries.pause(result, time.monotonic()))

    @asynccontextmanager
    async def stream(self, path: str, **options: Any) -> AsyncIterator[httpx.Response]:
        """A response that is read in pieces, with retries until its beginning."""
        response = await self.retry(lambda: self._open_stream(path, **options))
        try:
            yield response
        except httpx.TransportError as cause:
            raise NoServer(f"The connection to {self.client.base_url} broke: {cause}") from cause
        finally:
            await response.aclose()

    async def _open_stream(self, path: str, **options: Any) -> httpx.Response:
        response = await self.client.send(self.client.build_request("GET", path, **options), stream=True)
        if response.status_code != httpx.codes.OK:
            await response.aread()  # the error is in the body
        return response

    async def _attempt(self, send: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response | CriticError:
        try:
            response = await send()
        except httpx.TransportError as cause:
            return self._no_server(cause)
        return error_of_response(response) or response

    def _no_server(self, cause: httpx.TransportError) -> NoServer:
        return NoServer(f"No server answers at {self.client.base_url}: {cause}")
