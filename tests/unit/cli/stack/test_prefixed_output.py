"""Lines of many processes on one screen."""

import errno
from io import StringIO

import pytest

from critic_cli.stack.prefixed_output import PrefixedOutput


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_every_line_has_its_process_name_in_a_column() -> None:
    out = StringIO()
    output = PrefixedOutput(("queue", "inference"), out)
    output.write("hello", "queue")
    output.write("ready")
    assert out.getvalue() == "queue     | hello\ncritic    | ready\n"


def test_a_terminal_gets_colours_one_a_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    out = Terminal()
    output = PrefixedOutput(("queue", "worker"), out)
    output.write("hello", "queue")
    output.write("hello", "worker")
    queue, worker = out.getvalue().splitlines()
    assert queue.startswith("\x1b[36mqueue  |\x1b[0m")
    assert worker.startswith("\x1b[33mworker |\x1b[0m")


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    out = Terminal()
    PrefixedOutput(("queue",), out).write("hello", "queue")
    assert "\x1b" not in out.getvalue()


class FullFile(StringIO):
    """A file on a disk without room, until there is some."""

    full = True

    def write(self, text: str) -> int:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(text)


def test_a_full_disk_costs_lines_and_nothing_else() -> None:
    out = FullFile()
    output = PrefixedOutput(("queue",), out)
    output.write("lost", "queue")
    out.full = False
    output.write("written", "queue")
    assert out.getvalue() == "queue  | written\n"
