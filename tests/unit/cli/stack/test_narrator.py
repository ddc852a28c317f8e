"""Lines of many processes on one screen."""

from io import StringIO

import pytest

from critic_cli.stack.narrator import Narrator


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_every_line_says_who_speaks_in_a_column() -> None:
    out = StringIO()
    narrator = Narrator(("queue", "inference"), out)
    narrator.say("hello", "queue")
    narrator.say("ready")
    assert out.getvalue() == "queue     | hello\ncritic    | ready\n"


def test_a_terminal_gets_colours_one_a_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    out = Terminal()
    narrator = Narrator(("queue", "worker"), out)
    narrator.say("hello", "queue")
    narrator.say("hello", "worker")
    queue, worker = out.getvalue().splitlines()
    assert queue.startswith("\x1b[36mqueue  |\x1b[0m")
    assert worker.startswith("\x1b[33mworker |\x1b[0m")


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    out = Terminal()
    Narrator(("queue",), out).say("hello", "queue")
    assert "\x1b" not in out.getvalue()
