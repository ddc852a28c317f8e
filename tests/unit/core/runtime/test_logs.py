"""Log lines: one JSON object each, from structlog and from libraries alike."""

import logging
from collections.abc import Callable

from critic_core.runtime import logs

Lines = Callable[[], list[dict[str, object]]]


def test_own_and_library_lines_have_one_form(gateway_log: Lines) -> None:
    logs.logger("critic_core.x").info("photo_done", photo_id="1")
    logging.getLogger("library").warning("a %s sentence", "whole")
    ours, theirs = gateway_log()
    assert (ours["event"], ours["photo_id"], ours["service"], ours["level"]) == ("photo_done", "1", "gateway", "info")
    assert (theirs["event"], theirs["logger"], theirs["service"]) == ("a whole sentence", "library", "gateway")


def test_harmless_lines_of_uvicorn_do_not_look_like_errors(gateway_log: Lines) -> None:
    logging.getLogger("uvicorn.error").info("Application startup complete.")
    assert [line["logger"] for line in gateway_log()] == ["uvicorn"]
