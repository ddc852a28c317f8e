"""The TypeScript client in Node, against a real stack and a server that fails."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.support.client_js import build_client, esbuild
from tests.support.examples import EXAMPLES, run
from tests.support.local_stack import LocalStack
from tests.support.photos import DATA


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_client(tmp_path_factory.mktemp("client"))


def result_of(script: str, *arguments: str | Path) -> dict[str, Any]:
    """The object of JSON that a script prints."""
    command = ["node", Path(__file__).with_name(script), *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert ran.returncode == 0, ran.stderr
    result: dict[str, Any] = json.loads(ran.stdout)
    return result


def test_a_server_that_fails_is_left_in_time_and_asked_once(package: Path) -> None:
    assert result_of("client_js_failures.mjs", package) == {
        "pending": 0,
        "lastEventIds": [None, "1-0"],
        "lost": "no_server",
        "decisions": 1,
        "stalled": "no_server",
        "inTime": True,
        "seen": 2,
    }


def test_the_client_scores_selects_decides_and_tells_errors(stack: LocalStack, package: Path) -> None:
    result = result_of("client_js.mjs", package, stack.url, DATA / "cat.png", DATA / "rocket.jpg")
    assert 0 <= result["score"] <= 100
    assert result["counts"] == {"photos": 2, "pending": 0, "done": 2, "failed": 0}
    assert result["verdicts"] == ["keep", "maybe"]
    assert result["flags"] == ["pick", None]
    assert result["lists"] == {
        "enabled": True,
        "applied": [True],
        "left": 0,
        "history": 0,
        "keep": 2,
        "keepers": 2,
        "found": True,
        "listed": 2,
        "photos": 2,
    }
    assert result["sameBytes"]
    assert result["codes"] == ["no_server", "webhooks_disabled"]
    assert result["lines"] == 3
    assert result["errors"] == [
        {"code": "photo_unsupported", "permanent": True},
        {"code": "album_not_found", "permanent": True},
    ]


def test_the_next_application_hides_the_server(stack: LocalStack, package: Path, tmp_path: Path) -> None:
    """Its route as Node runs it, and its page as far as esbuild reads it: Next.js itself is not here."""
    application = EXAMPLES / "nextjs" / "app"
    route, page = tmp_path / "route.mjs", tmp_path / "page.js"
    esbuild(
        package, application / "page.tsx", page, "--jsx=automatic", "--external:react", "--external:react/jsx-runtime"
    )
    assert "/api/score" in page.read_text("utf-8")
    esbuild(package, application / "api" / "score" / "route.ts", route, "--platform=node")
    script = Path(__file__).with_name("next_route.mjs")
    printed = run({**os.environ, "CRITIC_URL": stack.url}, "node", script, route, DATA / "cat.png")
    scored, bad, missing = json.loads(printed)
    assert (scored["status"], 0 <= scored["body"]["score"] <= 100) == (200, True)
    assert (bad["status"], "detail" in bad["body"]) == (422, True)
    assert missing == {"status": 400, "body": {"detail": "Send a photo."}}
