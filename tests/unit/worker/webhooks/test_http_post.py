"""One request to a receiver, whatever the receiver does: bounded in time and bytes, to the address that was checked."""

import shutil
import socket
import ssl
import subprocess
import time
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from tests.unit.worker.webhooks.conftest import Serve

from critic_core.runtime.webhooks.callback import parse_callback
from critic_worker.webhooks.deadline import Deadline
from critic_worker.webhooks.http_post import Response, Unreachable, post

HERE = ip_address("127.0.0.1")
INSIDE = (ip_network("127.0.0.0/8"),)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def send(
    port: int, seconds: float = 5, host: str = "receiver.test", scheme: str = "http", target: str = "/in"
) -> Response:
    callback = parse_callback(f"{scheme}://{host}:{port}{target}", INSIDE)
    return post(callback, [HERE], {"webhook-id": "1"}, b'{"type":"test"}', Deadline(seconds))


def drip(connection: socket.socket, start: bytes) -> None:
    """A byte now and then, so that no read ever waits long; until the other side leaves."""
    connection.sendall(start)
    while True:
        connection.sendall(b"x")
        time.sleep(0.02)  # the receiver's slowness is what is tested


def test_the_name_in_the_url_is_sent_and_never_resolved(serve: Serve) -> None:
    server = serve(lambda connection: connection.sendall(OK))
    assert send(server.port, target="/in?a=b") == Response(200)  # receiver.test has no address
    head, _, body = server.heard[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /in?a=b HTTP/1.1"
    assert {f"Host: receiver.test:{server.port}", "Content-Length: 15", "webhook-id: 1"} <= set(lines)
    assert body == b'{"type":"test"}'


@pytest.mark.parametrize(
    ("head", "response"),
    [
        (b"204 No Content", Response(204)),
        (b"301 Moved\r\nLocation: http://127.0.0.1:1/", Response(301)),
        (b"307 Moved\r\nLocation: /elsewhere", Response(307)),
        (b"410 Gone", Response(410)),
        (b"429 Slow\r\nRetry-After: 120", Response(429, 120)),
        (b"503 Away\r\nretry-after: Fri, 31 Dec 2027 23:59:59 GMT", Response(503)),
        (b"500 Oops", Response(500)),
    ],
)
def test_redirects_are_not_followed(serve: Serve, head: bytes, response: Response) -> None:
    server = serve(lambda connection: connection.sendall(b"HTTP/1.1 " + head + b"\r\nContent-Length: 0\r\n\r\n"))
    assert send(server.port) == response
    assert server.taken == 1


def test_a_receiver_that_drips_its_head_is_left_at_the_deadline(serve: Serve) -> None:
    server = serve(lambda connection: drip(connection, b"HTTP/1.1 200 OK\r\nX-Slow: "))
    began = time.monotonic()
    with pytest.raises(Unreachable):
        send(server.port, seconds=0.5)
    assert time.monotonic() - began < 5  # nothing else would end it


def test_a_receiver_that_drips_its_body_has_responded(serve: Serve) -> None:
    server = serve(lambda connection: drip(connection, b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"))
    began = time.monotonic()
    assert send(server.port, seconds=0.5) == Response(200)
    assert time.monotonic() - began < 5  # nothing else would end it


def test_an_endless_body_is_not_read(serve: Serve) -> None:
    def flood(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"ffff\r\n" + b"x" * 0xFFFF + b"\r\n")

    assert send(serve(flood).port) == Response(200)


@pytest.mark.parametrize(
    "said",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"x" * 300_000,
        b"",
        b"HTTP/1.1 9999 What\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
    ],
)
def test_invalid_http_is_no_response(serve: Serve, said: bytes) -> None:
    server = serve(lambda connection: connection.sendall(said))
    with pytest.raises(Unreachable):
        send(server.port, seconds=2)


def test_endless_interim_responses_end_at_the_deadline(serve: Serve) -> None:
    def interim(connection: socket.socket) -> None:
        while True:
            connection.sendall(b"HTTP/1.1 103 Early\r\n\r\n")
            time.sleep(0.01)  # the receiver's slowness is what is tested

    began = time.monotonic()
    with pytest.raises(Unreachable):
        send(serve(interim).port, seconds=0.5)
    assert time.monotonic() - began < 5  # nothing else would end it


def test_a_receiver_that_says_nothing_is_left_at_the_deadline(serve: Serve) -> None:
    server = serve(lambda connection: drip(connection, b"") if server.stopping.wait(3) else None)
    with pytest.raises(Unreachable):
        send(server.port, seconds=0.3)


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    with pytest.raises(Unreachable):
        send(port)


def test_the_next_address_is_tried_when_one_does_not_answer(serve: Serve) -> None:
    server = serve(lambda connection: connection.sendall(OK))
    callback = parse_callback(f"http://receiver.test:{server.port}/", INSIDE)
    assert post(callback, [ip_address("127.0.0.9"), HERE], {}, b"{}", Deadline(5)) == Response(200)


def test_proxies_of_the_environment_are_ignored(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = serve(lambda connection: connection.sendall(b"HTTP/1.1 502 Proxy\r\nContent-Length: 0\r\n\r\n"))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    server = serve(lambda connection: connection.sendall(OK))
    assert send(server.port) == Response(200)
    assert proxy.taken == 0


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's TLS with a certificate for receiver.test that this process trusts."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl to make a certificate with")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    request = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=receiver.test"
    command = [openssl, *request.split(), "-addext", "subjectAltName=DNS:receiver.test"]
    subprocess.run([*command, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def test_the_certificate_must_be_for_the_name_in_the_url(serve: Serve, tls: ssl.SSLContext) -> None:
    names: list[str | None] = []
    tls.sni_callback = lambda _, name, __: names.append(name)
    server = serve(lambda connection: connection.sendall(OK), tls)
    assert send(server.port, scheme="https") == Response(200)
    assert names == ["receiver.test"]
    with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
        send(server.port, scheme="https", host="other.test")


def test_a_certificate_that_nobody_vouches_for_is_refused(
    serve: Serve, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    server = serve(lambda connection: connection.sendall(OK), tls)
    with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
        send(server.port, scheme="https")


def test_a_handshake_that_never_ends_is_left_at_the_deadline(serve: Serve) -> None:
    server = serve(lambda connection: drip(connection, b"\x16\x03\x03\x40\x00"))  # a record of 16 KB begins
    began = time.monotonic()
    with pytest.raises(Unreachable):
        send(server.port, seconds=0.5, scheme="https")
    assert time.monotonic() - began < 5  # nothing else would end it
