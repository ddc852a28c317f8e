"""A bound for the headers of a request, which uvicorn's fast parser collects without one."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEADER_BYTES = 64 * 1024  # the edge's own bound is 16 KiB


class BoundedHeaders(HttpToolsProtocol):
    """Closes a connection whose request line and headers have more bytes than the limit."""

    _header_bytes = 0
    _in_headers = False

    def data_received(self, data: bytes) -> None:
        """Parse bytes of the connection."""
        super().data_received(data)
        self._header_bytes = self._header_bytes + len(data) if self._in_headers else 0
        if self._header_bytes > MAX_HEADER_BYTES:
            self.send_400_response("The headers are too large.")

    def on_message_begin(self) -> None:
        """A request begins."""
        self._in_headers = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Its headers are complete."""
        self._in_headers = False
        super().on_headers_complete()
