"""TLS at the edge, with a certificate that the test makes itself."""

import socket
import ssl
import threading
from collections import Counter
from dataclasses import dataclass

import httpx
import pytest
from tests.compose.front import Front, make_certificate
from tests.support.waiting import until

from critic_core.imaging.golden import golden_photo

pytestmark = [pytest.mark.compose, pytest.mark.timeout(660)]


def test_a_photo_goes_in_and_a_page_comes_out(front: Front) -> None:
    with front.client() as client:
        assert client.post("/v1/photos", content=golden_photo()).status_code == 202
        page = client.get("/")
    assert "Photo Critic" in page.text
    assert page.headers["strict-transport-security"].startswith("max-age=")


def test_plain_http_only_leads_there(front: Front) -> None:
    answer = httpx.post(f"{front.stack.url}/v1/photos?wait=1", content=golden_photo())
    assert answer.status_code == 308
    assert answer.headers["location"] == f"https://127.0.0.1:{front.tls_port}/v1/photos?wait=1"
    assert "strict-transport-security" not in answer.headers  # over plain HTTP it must be ignored, and may be forged


@pytest.mark.parametrize("offered", [["h2", "http/1.1"], ["http/1.1"]], ids=str)
def test_http_2_is_spoken_with_who_can(front: Front, offered: list[str]) -> None:
    assert handshake(front, offered).protocol == offered[0]


def test_old_versions_are_refused(front: Front) -> None:
    assert handshake(front).version == "TLSv1.3"
    assert handshake(front, newest=ssl.TLSVersion.TLSv1_2).version == "TLSv1.2"
    with pytest.raises(ssl.SSLError), pytest.warns(DeprecationWarning, match="TLSv1"):
        handshake(front, newest=ssl.TLSVersion.TLSv1_1)


def test_a_renewed_certificate_is_taken_up_without_dropping_a_request(front: Front) -> None:
    shown = handshake(front).certificate
    outcomes, leave = Counter[str](), threading.Event()

    def ask() -> None:
        trusting = ssl._create_unverified_context()  # it meets both certificates
        while not leave.is_set():
            try:
                outcomes[str(httpx.get(f"https://localhost:{front.tls_port}/livez", verify=trusting).status_code)] += 1
            except httpx.HTTPError as error:
                outcomes[repr(error)] += 1

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    until(lambda: outcomes["200"] > 5, 10, "answers before")
    make_certificate(front.certificate)
    front.stack.compose("kill", "--signal", "USR2", "edge")
    until(lambda: handshake(front).certificate != shown, 20, "the new certificate")
    before = outcomes["200"]
    until(lambda: outcomes["200"] > before + 5, 10, "answers after")
    leave.set()
    asking.join(30)
    assert list(outcomes) == ["200"]
    with front.client() as client:
        assert client.get("/livez").is_success


@dataclass(frozen=True)
class Agreed:
    """What a handshake came to, and the certificate that was shown."""

    version: str | None
    protocol: str | None
    certificate: bytes | None


def handshake(
    front: Front, offered: list[str] | None = None, newest: ssl.TLSVersion = ssl.TLSVersion.MAXIMUM_SUPPORTED
) -> Agreed:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # what is shown is compared by the test
    context.minimum_version, context.maximum_version = ssl.TLSVersion.MINIMUM_SUPPORTED, newest
    context.set_alpn_protocols(offered or ["http/1.1"])
    with socket.create_connection(("127.0.0.1", front.tls_port), 10) as plain, context.wrap_socket(plain) as socket_:
        return Agreed(socket_.version(), socket_.selected_alpn_protocol(), socket_.getpeercert(binary_form=True))
