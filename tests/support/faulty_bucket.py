"""In front of a real bucket: passes requests on, except those that a test lets fail, wait or break off."""

from collections.abc import Callable
from http.client import HTTPConnection
from urllib.parse import urlsplit

from tests.support.bucket_server import BucketServer
from tests.support.scripted_server import Answer, Request

INTERNAL_ERROR = Answer(500, b"<Error><Code>InternalError</Code><Message>We are sorry</Message></Error>")
# Of one connection, and not of the message.
HOP = {"connection", "transfer-encoding", "expect", "keep-alive"}


class FaultyBucket(BucketServer):
    """`fault` answers in the bucket's place, or returns None."""

    def __init__(self, upstream: str) -> None:
        super().__init__()
        self._upstream = urlsplit(upstream).netloc
        self.fault: Callable[[Request], Answer | None] = lambda _: None

    def respond(self, request: Request) -> Answer:
        return self.fault(request) or self._forwarded(request)

    def _forwarded(self, request: Request) -> Answer:
        connection = HTTPConnection(self._upstream, timeout=60)
        try:
            # The host belongs to the signature: it stays the one of this server.
            headers = {name: value for name, value in request.headers.items() if name not in HOP}
            connection.request(request.method, request.path, request.body, headers)
            response = connection.getresponse()
            passed = {name: value for name, value in response.headers.items() if name.lower() not in HOP}
            return Answer(response.status, response.read(), passed)
        finally:
            connection.close()


def first(count: int, answer: Answer) -> Callable[[Request], Answer | None]:
    """A fault of the first `count` requests."""
    left = [answer] * count
    return lambda _: left.pop() if left else None
