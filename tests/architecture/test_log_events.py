"""docs/logs.md tells every event that the services log, with its fields and its level."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = [ROOT / "services" / name for name in ("core", "gateway", "worker", "inference")]
ROW = re.compile(r"^\| (`[^|]+`) \| [^|]+ \| (\w+) \| ([^|]*)\|", re.MULTILINE)
NAME = re.compile(r"`(\w+)`")


@dataclass(frozen=True)
class Event:
    """A line that the code may log; `name` is a pattern, since a part may be known at run time only."""

    name: str
    level: str
    fields: frozenset[str]


def logged() -> Iterator[Event]:
    for path in sorted(path for folder in SERVICES for path in folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log."):
                level = ast.unparse(node.func).removeprefix("log.").replace("exception", "error")
                yield Event(pattern(node.args[0]), level, frozenset(keyword.arg or "" for keyword in node.keywords))


def pattern(name: ast.expr) -> str:
    if isinstance(name, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else r"\w+" for part in name.values)
    return str(ast.literal_eval(name))


def documented() -> dict[str, Event]:
    rows = ROW.findall((ROOT / "docs" / "logs.md").read_text("utf-8"))
    return {
        name: Event(name, level, frozenset(NAME.findall(fields)))
        for names, level, fields in rows
        for name in NAME.findall(names)
    }


LOGGED = sorted(set(logged()), key=lambda event: event.name)


def test_there_are_events() -> None:
    assert len(LOGGED) > 25


@pytest.mark.parametrize("event", LOGGED, ids=lambda event: event.name)
def test_every_event_is_in_the_docs_as_it_is_logged(event: Event) -> None:
    found = [row for name, row in documented().items() if re.fullmatch(event.name, name)]
    assert [row for row in found if (row.level, row.fields) == (event.level, event.fields)], f"{event}: {found}"


@pytest.mark.parametrize("name", sorted(documented()))
def test_no_event_is_in_the_docs_that_is_not_logged(name: str) -> None:
    assert any(re.fullmatch(event.name, name) for event in LOGGED)
