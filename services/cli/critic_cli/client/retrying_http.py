"""HTTP to one server, with the client's retry rule.

Overload and results that are not ready yet are retried until the timeout, other temporary errors a few times.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx

from critic_cli.client.errors import NoServer, NotPhotoCritic, error_in
from critic_core.contracts.base import Contract
from critic_core.contracts.errors import AlbumResultPending, CriticError, Overloaded, PreviewPending

LONGEST_WAIT_SECONDS = 30.0  # the API's limit for `wait`
_MAX_ATTEMPTS = 3
_FIRST_PAUSE_SECONDS = 0.5
_WAITED_FOR = (Overloaded, AlbumResultPending, PreviewPending)
# A proxy for the internet is never meant for this machine.
_NO_PROXY: dict[str, httpx.BaseTransport | None] = {
    f"all://{host}": None for host in ("127.0.0.1", "localhost", "[::1]")
}

M = TypeVar("M", bound=Contract)


class RetryingHttp:
    """HTTP to one server. `timeout_seconds`: limit of a call, retries included."""

    def __init__(self, url: str, api_key: str | None, timeout_seconds: float) -> None:
        self.timeout_seconds = timeout_seconds
        self.client = httpx.Client(
            base_url=_base_url(url),
            headers={"X-API-Key": api_key} if api_key else {},
            timeout=httpx.Timeout(60, connect=5, read=LONGEST_WAIT_SECONDS + 15),
            mounts=_NO_PROXY,
        )

    def check_server(self) -> None:
        """Raise NoServer when no server answers, NotPhotoCritic for another program. No retries."""
        try:
            response = self.client.get("/livez", timeout=5)
        except httpx.TransportError as error:
            raise self._no_server(error) from error
        if not response.is_success:
            raise NotPhotoCritic

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """A request with retries; `options` are httpx's."""
        return self.retry(lambda: self.client.request(method, path, **options))

    def retry(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        """Call `send` until it succeeds, the error is permanent, or the retries are used up."""
        deadline, failures = time.monotonic() + self.timeout_seconds, 0
        while True:
            result = self._attempt(send)
            if isinstance(result, httpx.Response):
                return result
            error, backoff = result, _FIRST_PAUSE_SECONDS * 2**failures
            failures += not isinstance(error, _WAITED_FOR)
            pause = backoff if error.retry_after_seconds is None else error.retry_after_seconds
            if error.permanent or failures >= _MAX_ATTEMPTS or time.monotonic() + pause > deadline:
                raise error
            time.sleep(pause)

    def once(self, method: str, path: str) -> httpx.Response:
        """A request that must not be repeated."""
        result = self._attempt(lambda: self.client.request(method, path))
        if isinstance(result, CriticError):
            raise result
        return result

    @contextmanager
    def stream(self, path: str, **options: Any) -> Iterator[httpx.Response]:
        """A response that is read in pieces, with retries until its beginning."""
        response = self.retry(lambda: self._open_stream(path, **options))
        try:
            yield response
        except httpx.TransportError as cause:
            raise NoServer(f"The connection to {self.client.base_url} broke: {cause}") from cause
        finally:
            response.close()

    def _open_stream(self, path: str, **options: Any) -> httpx.Response:
        response = self.client.send(self.client.build_request("GET", path, **options), stream=True)
        if response.status_code != httpx.codes.OK:
            response.read()  # the error is in the body
        return response

    def _attempt(self, send: Callable[[], httpx.Response]) -> httpx.Response | CriticError:
        try:
            response = send()
        except httpx.TransportError as cause:
            return self._no_server(cause)
        return response if response.is_success and not _pending(response) else _retryable_error(response)

    def _no_server(self, cause: httpx.TransportError) -> NoServer:
        return NoServer(f"No server answers at {self.client.base_url}: {cause}")


def parse(kind: type[M], response: httpx.Response) -> M:
    """The response as a contract. NotPhotoCritic for any other content."""
    try:
        return kind.read(response.content)
    except ValueError as error:
        raise NotPhotoCritic from error


def _pending(response: httpx.Response) -> bool:
    """True for a result that the server still computes; an accepted upload has status 202, too."""
    return response.status_code == httpx.codes.ACCEPTED and isinstance(error_in(response), _WAITED_FOR)


def _retryable_error(response: httpx.Response) -> CriticError:
    error, retry_after = error_in(response), response.headers.get("Retry-After", "")
    error.retry_after_seconds = int(retry_after) if retry_after.isdigit() else None
    return error


def _base_url(url: str) -> httpx.URL:
    try:
        return httpx.URL(url.rstrip("/"))
    except httpx.InvalidURL as error:
        raise NotPhotoCritic(f"{url} is not the address of a server: {error}.") from error
