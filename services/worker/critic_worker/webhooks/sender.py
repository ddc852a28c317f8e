"""One HTTP request to a receiver: nothing is followed, nothing is taken from the environment, little is read."""

from contextlib import suppress
from dataclasses import dataclass

import httpcore

from critic_core.runtime.webhooks.addresses import Address
from critic_core.runtime.webhooks.callback import Callback
from critic_worker.webhooks.deadline import Deadline
from critic_worker.webhooks.pinned_transport import PinnedBackend

MOST_ANSWER_BYTES = 4096
# Everything that can go wrong between two machines, a failing TLS handshake and nonsense for HTTP included.
_TROUBLE = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError)


class NotReachable(Exception):
    """The receiver gave no answer, whatever the reason."""


@dataclass(frozen=True)
class Answer:
    """What a receiver answered. The body is not kept: nobody but the receiver is to know what it says."""

    status: int
    retry_after_seconds: float | None = None

    @property
    def delivered(self) -> bool:
        """True for an answer that means thanks."""
        return 200 <= self.status < 300


def post(
    callback: Callback, addresses: list[Address], headers: dict[str, str], body: bytes, deadline: Deadline
) -> Answer:
    """Send `body` to the callback at one of the addresses. NotReachable when no answer came before the deadline."""
    host = callback.host.encode()
    origin = httpcore.Origin(callback.scheme.encode(), host, callback.port)
    url = httpcore.URL(scheme=callback.scheme.encode(), host=host, port=callback.port, target=callback.target.encode())
    told = {"Host": callback.authority, "Content-Length": str(len(body)), "Connection": "close", **headers}
    backend = PinnedBackend(addresses, deadline)
    try:
        with (
            httpcore.HTTPConnection(origin, network_backend=backend) as connection,
            connection.stream("POST", url, headers=list(told.items()), content=body) as response,
        ):
            _read_a_little(response)
            return _answer(response)
    except _TROUBLE as error:
        raise NotReachable(f"{type(error).__name__}: {error}") from error


def _read_a_little(response: httpcore.Response) -> None:
    """A receiver that is cut off in the middle of its answer takes that for an error of its own. It has answered."""
    read = 0
    with suppress(*_TROUBLE):
        for part in response.iter_stream():
            read += len(part)
            if read >= MOST_ANSWER_BYTES:
                return


def _answer(response: httpcore.Response) -> Answer:
    headers = {name.lower(): value for name, value in response.headers}
    told = headers.get(b"retry-after", b"")  # in seconds; as a date it is not taken
    return Answer(response.status, float(told) if told.isdigit() else None)
