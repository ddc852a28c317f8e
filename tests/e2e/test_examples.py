"""The examples as a newcomer runs them: with the client's own package, against a real stack."""

import base64
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.support.client_package import SOURCES
from tests.support.examples import EXAMPLES, run
from tests.support.local_stack import LocalStack
from tests.support.missing import service_missing
from tests.support.photos import DATA
from tests.support.ports import free_port
from tests.support.waiting import until

from critic_worker.webhooks.signature import signatures

KEY = b"n" * 32


@pytest.fixture
def shoot(tmp_path: Path) -> Path:
    folder = tmp_path / "wedding"
    folder.mkdir()
    for name in ("rocket.jpg", "cat.png"):
        shutil.copy(DATA / name, folder / Path(name).with_suffix(".jpg"))
    return folder


def test_the_script_scores_a_folder(environment: dict[str, str], shoot: Path) -> None:
    lines = run(environment, sys.executable, EXAMPLES / "score_folder.py", shoot).splitlines()
    assert [line.split()[1] for line in lines] == ["cat.jpg", "rocket.jpg"]
    assert all(0 <= float(line.split()[0]) <= 100 for line in lines)


def test_the_pipeline_prints_the_keepers(environment: dict[str, str], shoot: Path) -> None:
    if shutil.which("jq") is None:
        service_missing("jq")
    lines = run({**environment, "XDG_STATE_HOME": str(shoot.parent)}, EXAMPLES / "keepers.sh", shoot).splitlines()
    assert sorted(lines) == ["cat.jpg", "rocket.jpg"]


def test_the_clients_page_runs(environment: dict[str, str], shoot: Path, stack: LocalStack) -> None:
    page = (SOURCES / "README.md").read_text("utf-8")
    example = page.split("```python\n")[1].split("```")[0].replace("http://127.0.0.1:8000", stack.url)
    shutil.copy(shoot / "rocket.jpg", shoot.parent / "photo.jpg")
    lines = run(environment, sys.executable, "-c", example, cwd=shoot.parent).splitlines()
    assert [line.split()[0] for line in lines[-2:]] == ["1", "2"]


@pytest.fixture
def receiver(environment: dict[str, str]) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    secret, port = f"whsec_{base64.b64encode(KEY).decode()}", str(free_port())
    command = [sys.executable, str(EXAMPLES / "webhook_receiver.py"), port, secret]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        url = f"http://127.0.0.1:{port}"
        until(lambda: answers(url), 60, "the receiver")
        yield url, process
        process.kill()


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code == 501
    except httpx.TransportError:
        return False


def test_the_receiver_prints_authentic_webhooks_alone(receiver: tuple[str, "subprocess.Popen[str]"]) -> None:
    url, process = receiver
    body = b'{"type":"photo.done","timestamp":"2026-01-01T00:00:00Z","data":{"id":"7","critique":{"score":71.5}}}'
    sent_at = int(time.time())
    headers = {"webhook-id": "1", "webhook-timestamp": str(sent_at)}
    forged = {**headers, "webhook-signature": signatures([b"x" * 32], "1", sent_at, body)}
    authentic = {**headers, "webhook-signature": signatures([KEY], "1", sent_at, body)}
    statuses = [
        httpx.post(url, content=body, headers=sent, trust_env=False).status_code for sent in (forged, authentic)
    ]
    assert statuses == [401, 204]
    assert process.stdout is not None
    assert process.stdout.readline() == "photo.done 7 71.5\n"


def test_every_example_is_in_the_list() -> None:
    listed = set(re.findall(r"\]\(([\w.-]+)\)", (EXAMPLES / "README.md").read_text("utf-8")))
    assert listed == {path.name for path in EXAMPLES.iterdir() if path.name != "README.md"}
