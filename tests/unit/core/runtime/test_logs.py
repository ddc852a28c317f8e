"""Log lines: one JSON object each, from structlog and from libraries alike."""

import json
import logging

import pytest

from critic_core.runtime import logs


@pytest.fixture(autouse=True)
def _restored_root() -> object:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_own_and_library_lines_have_one_form(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("gateway", "INFO")
    logs.logger("critic_core.x").info("photo_done", photo_id="1")
    logging.getLogger("library").warning("a %s sentence", "whole")
    ours, theirs = lines(capsys)
    assert (ours["event"], ours["photo_id"], ours["service"], ours["level"]) == ("photo_done", "1", "gateway", "info")
    assert (theirs["event"], theirs["logger"], theirs["service"]) == ("a whole sentence", "library", "gateway")


def test_harmless_lines_of_uvicorn_do_not_look_like_errors(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("gateway", "INFO")
    logging.getLogger("uvicorn.error").info("Application startup complete.")
    assert [line["logger"] for line in lines(capsys)] == ["uvicorn"]
