"""One process of a service."""

import sys
from queue import SimpleQueue

from critic_cli.stack.child import Child
from critic_cli.stack.service import Service


def test_harmless_lines_are_hidden() -> None:
    lines: list[str] = []
    exits = SimpleQueue[int]()
    command = (sys.executable, "-c", "print('harmless advice')\nprint('an error')")
    service = Service("talker", command, hidden_lines=("harmless",))
    Child(service, lambda line, _: lines.append(line), lambda _, code: exits.put(code))
    assert exits.get(timeout=20) == 0
    assert lines == ["an error"]
