"""An HTTP POST to a receiver: no redirects, no proxies from the environment, a bounded response."""

from contextlib import suppress
from dataclasses import dataclass

import httpcore

from critic_core.runtime.outbound.addresses import Address
from critic_core.runtime.outbound.public_url import PublicUrl
from critic_worker.webhooks.deadline import Deadline
from critic_worker.webhooks.pinned_transport import PinnedBackend

MAX_RESPONSE_BYTES = 4096
# Every failure between two machines, TLS handshakes and invalid HTTP included.
_FAILURES = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError)


class Unreachable(Exception):
    """No response from the receiver, for any reason."""


@dataclass(frozen=True)
class Response:
    """Status and Retry-After of a receiver's response."""

    status: int
    retry_after_seconds: float | None = None

    @property
    def ok(self) -> bool:
        """True for a 2xx status."""
        return 200 <= self.status < 300


def post(
    callback: PublicUrl, addresses: list[Address], headers: dict[str, str], body: bytes, deadline: Deadline
) -> Response:
    """Send `body` to the callback at one of the addresses. Raises Unreachable without a response in time."""
    scheme, host, target = callback.scheme.encode(), callback.host.encode(), callback.target.encode()
    origin = httpcore.Origin(scheme, host, callback.port)
    url = httpcore.URL(scheme=scheme, host=host, port=callback.port, target=target)
    own_headers = {"Host": callback.authority, "Content-Length": str(len(body)), "Connection": "close"}
    backend = PinnedBackend(addresses, deadline)
    try:
        with (
            httpcore.HTTPConnection(origin, network_backend=backend) as connection,
            connection.stream("POST", url, headers=list({**own_headers, **headers}.items()), content=body) as response,
        ):
            _read_start(response)
            return _response(response)
    except _FAILURES as error:
        raise Unreachable(f"{type(error).__name__}: {error}") from error


def _read_start(response: httpcore.Response) -> None:
    """Read up to MAX_RESPONSE_BYTES: closing the connection at once would cause an error at the receiver."""
    size = 0
    with suppress(*_FAILURES):
        for chunk in response.iter_stream():
            size += len(chunk)
            if size >= MAX_RESPONSE_BYTES:
                return


def _response(response: httpcore.Response) -> Response:
    headers = {name.lower(): value for name, value in response.headers}
    retry_after = headers.get(b"retry-after", b"")  # in seconds; a date is ignored
    return Response(response.status, float(retry_after) if retry_after.isdigit() else None)
