"""The edge with TLS, a gateway and Redis: what a caller from outside meets. Nothing behind it scores photos."""

import shutil
import socket
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import httpx
from tests.compose.stack import Stack
from tests.support.missing import service_missing

REQUESTS_PER_10S = 400


@dataclass(frozen=True)
class Front:
    """A running edge, and the certificate it shows."""

    stack: Stack
    tls_port: int
    certificate: Path

    def client(self) -> httpx.Client:
        """Somebody who trusts that certificate, and no other."""
        return httpx.Client(base_url=f"https://localhost:{self.tls_port}", verify=self._trusting(), timeout=20)

    def connection(self) -> ssl.SSLSocket:
        """The same without a client's manners."""
        bare = socket.create_connection(("localhost", self.tls_port), timeout=20)
        return self._trusting().wrap_socket(bare, server_hostname="localhost")

    def _trusting(self) -> ssl.SSLContext:
        return ssl.create_default_context(cadata=self.certificate.read_text())


def settings_of_front(tls_port: int, certificate: Path) -> dict[str, str]:
    """What the overlay infra/compose/tls.yml is told, and a limit that a test can reach."""
    return {
        "TLS_PORT": str(tls_port),
        "CRITIC_TLS_CERTIFICATE": str(certificate),
        "EDGE_REQUESTS_PER_10S": str(REQUESTS_PER_10S),
    }


def answers(front: Front) -> bool:
    """A gateway, through the edge."""
    try:
        with front.client() as client:
            return client.get("/livez").is_success
    except httpx.TransportError:
        return False


def make_certificate(path: Path) -> None:
    """A new self-signed one for localhost, with its key, where the edge's user can read it."""
    if shutil.which("openssl") is None:
        service_missing("no openssl")
    key, certificate = path.with_suffix(".key"), path.with_suffix(".crt")
    command = ["openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    files = ["-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*command, *map(str, files), *names], check=True, capture_output=True, timeout=30)
    path.write_text(certificate.read_text() + key.read_text())  # in place: a container sees the file, not its name
    path.chmod(0o644)
