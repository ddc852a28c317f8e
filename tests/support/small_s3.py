"""As much of S3 as one bucket and small objects need: enough to see what our storage does when a bucket misbehaves."""

from http.server import BaseHTTPRequestHandler

from tests.support.scripted_server import Answer, Request, ScriptedServer

SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>Reduce your request rate</Message></Error>"
NO_SUCH_KEY = b"<Error><Code>NoSuchKey</Code><Message>There is none</Message></Error>"


class SmallS3(ScriptedServer):
    """Objects by path. `away` answers 503 to everything."""

    def __init__(self) -> None:
        super().__init__()
        self.objects: dict[str, bytes] = {}
        self.away = False
        self.answer = self._answer

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        handler = super()._handler()
        handler.protocol_version = "HTTP/1.1"  # else nobody says "100 Continue" to an upload
        return handler

    def _answer(self, request: Request) -> Answer:
        path = request.path.partition("?")[0]
        if self.away:
            return Answer(503, SLOW_DOWN)
        if request.method == "PUT":
            self.objects[path] = request.body
            return Answer(200, headers={"ETag": '"1"'})
        if request.method == "DELETE":
            self.objects.pop(path, None)
            return Answer(204)
        found = self.objects.get(path)
        return Answer(404, NO_SUCH_KEY) if found is None else Answer(200, found, {"ETag": '"1"'})
