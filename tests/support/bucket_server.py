"""What the servers in a bucket's place share: HTTP/1.1, slow answers, and S3's words for too many requests."""

import threading
from abc import abstractmethod
from http.server import BaseHTTPRequestHandler

from tests.support.scripted_server import Answer, Request, ScriptedServer

SLOW_DOWN = Answer(503, b"<Error><Code>SlowDown</Code><Message>Reduce your request rate</Message></Error>")


class BucketServer(ScriptedServer):
    """Every answer waits `seconds`, until `hurry` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds, self.hurry = 0.0, threading.Event()
        self.answer = self._answer_late

    @abstractmethod
    def respond(self, request: Request) -> Answer:
        """The bucket's answer."""

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        handler = super()._handler()
        handler.protocol_version = "HTTP/1.1"  # else nobody says "100 Continue" to an upload
        return handler

    def _answer_late(self, request: Request) -> Answer:
        self.hurry.wait(self.seconds)
        return self.respond(request)
