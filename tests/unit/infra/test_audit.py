"""What is made of what is known against our packages, with the real pip-audit and an index that we answer for."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from infra.docker.requirements_of import read_lock
from infra.supply_chain import audit

KNOWN = {
    "id": "GHSA-test-0001",
    "aliases": ["CVE-2026-0001"],
    "summary": "Made up",
    "details": "Made up for a test.",
    "affected": [
        {
            "package": {"name": "fastapi", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "999.1"}]}],
        }
    ],
}
REASON = '[[accepted]]\nid = "CVE-2026-0001"\nreason = "Only a made-up part of it."\nuntil = 2026-12-31\n'


@contextmanager
def index(*vulnerabilities: dict[str, Any]) -> Iterator[str]:
    """A stand-in for OSV, with vulnerabilities of fastapi alone."""

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps(
                {"vulns": vulnerabilities} if vulnerabilities and query["package"]["name"] == "fastapi" else {}
            ).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
        server.shutdown()


def test_without_known_vulnerabilities_it_passes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with index() as url:
        monkeypatch.setenv("CRITIC_AUDIT_URL", url)
        assert audit.main() == 0
    pinned = read_lock((audit.ROOT / "requirements.lock").read_text())
    output = capsys.readouterr().out
    assert "0 open advisories against 0 of them" in output
    assert len(pinned) / 2 < int(output.split()[1]) <= len(pinned) + 1  # some are for other systems


def test_a_known_vulnerability_fails_and_is_reported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with index(KNOWN) as url:
        monkeypatch.setenv("CRITIC_AUDIT_URL", url)
        assert audit.main() == 1
    output = capsys.readouterr().out
    assert "audit: fastapi 0." in output
    assert "CVE-2026-0001, GHSA-test-0001, fixed in 999.1" in output


@pytest.mark.parametrize(("setting", "status"), [("", 0), ("required", 1)])
def test_an_unreachable_index_is_reported_and_fails_only_when_required(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], setting: str, status: int
) -> None:
    monkeypatch.setenv("CRITIC_AUDIT_URL", "http://127.0.0.1:9/v1/query")
    monkeypatch.setenv("CRITIC_AUDIT", setting)
    assert audit.main() == status
    assert "not scanned for vulnerabilities" in capsys.readouterr().out


def test_unknown_packages_are_not_scanned() -> None:
    skipped = {"name": "fastapi", "skip_reason": "Dependency not found on PyPI and could not be audited"}
    with pytest.raises(audit.NotScanned, match="none of the packages"):
        audit.parse(json.dumps({"dependencies": [skipped], "fixes": []}))


def test_an_accepted_advisory_expires() -> None:
    found = [audit.Advisory("fastapi", "0.121.0", "GHSA-test-0001", ("CVE-2026-0001",), ())]
    assert audit.unaccepted(found, audit.accepted(REASON, date(2026, 12, 31))) == []
    assert audit.unaccepted(found, audit.accepted(REASON, date(2027, 1, 1))) == found
    assert str(found[0]) == "fastapi 0.121.0: GHSA-test-0001, CVE-2026-0001, not fixed yet"


@pytest.mark.parametrize("missing", ["reason", "until"])
def test_accepted_advisories_need_a_reason_and_an_end(missing: str) -> None:
    text = "\n".join(line for line in REASON.splitlines() if not line.startswith(missing))
    with pytest.raises(ValueError, match="needs a reason and its last day"):
        audit.accepted(text, date(2026, 1, 1))


def test_the_file_of_accepted_advisories_is_valid() -> None:
    audit.accepted(audit.ACCEPTED.read_text("utf-8"), date(2026, 1, 1))
