"""Uploads that are answered before their body is read: what a client hears that asks first, and one that just sends."""

import socket

SIZE = 4_000_000
_LIVE = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"


def upload_with_expect(connection: socket.socket, target: str) -> int:
    """The status that an upload gets which sends its body only when it is told to go on."""
    connection.sendall(_head(target, "Expect: 100-continue\r\n"))
    return _status(connection)


def sent_whole(connection: socket.socket, target: str) -> tuple[int, int]:
    """The status of an upload that just sends its body, and that of a question behind it on the same connection."""
    connection.sendall(_head(target) + bytes(SIZE))
    status = _status(connection)
    connection.sendall(_LIVE)
    return status, _status(connection)


def sent_for_the_last_time(connection: socket.socket, target: str) -> int:
    """The status of an upload after which the connection is to be closed, as a balancer sends each."""
    connection.sendall(_head(target, "Connection: close\r\n") + bytes(SIZE))
    return _status(connection)


def _head(target: str, more: str = "") -> bytes:
    head = (
        f"POST {target} HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nContent-Length: {SIZE}\r\n{more}\r\n"
    )
    return head.encode()


def _status(connection: socket.socket) -> int:
    """Of the next answer, which is read to its end."""
    with connection.makefile("rb") as answer:
        status, length = int(answer.readline().split()[1]), 0
        while (line := answer.readline().strip()) != b"":
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        answer.read(length)
    return status
