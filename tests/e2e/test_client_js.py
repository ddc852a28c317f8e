"""The TypeScript client in Node, against a real stack."""

import json
import subprocess
from pathlib import Path

from tests.support.client_js import build_client
from tests.support.local_stack import LocalStack
from tests.support.photos import DATA

SCRIPT = Path(__file__).with_name("client_js.mjs")


def test_the_client_scores_selects_decides_and_tells_errors(stack: LocalStack, tmp_path: Path) -> None:
    command = ["node", SCRIPT, build_client(tmp_path), stack.url, DATA / "cat.png", DATA / "rocket.jpg"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert ran.returncode == 0, ran.stderr
    result = json.loads(ran.stdout)
    assert 0 <= result["score"] <= 100
    assert result["counts"] == {"photos": 2, "pending": 0, "done": 2, "failed": 0}
    assert result["verdicts"] == ["keep", "maybe"]
    assert result["flags"] == ["pick", None]
    assert result["lines"] == 3
    assert result["errors"] == [
        {"code": "photo_unsupported", "permanent": True},
        {"code": "album_not_found", "permanent": True},
    ]
