"""docs/logs.md lists every event that the services log, with its service, level and fields."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ROOT / "services"
SECTION = re.compile(r"^## (\w+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^- (`[^(]+`) \((\w+)(?:; ([^)]+))?\): ", re.MULTILINE)
NAME = re.compile(r"`(\w+)`")


@dataclass(frozen=True)
class Event:
    """A line that the code may log; `name` is a pattern, since a part may be known at run time only."""

    service: str
    name: str
    level: str
    fields: frozenset[str]


def logged() -> Iterator[Event]:
    for path in sorted(
        path for name in ("core", "gateway", "worker", "inference") for path in (SERVICES / name).rglob("*.py")
    ):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log."):
                level = ast.unparse(node.func).removeprefix("log.").replace("exception", "error")
                fields = frozenset(keyword.arg or "" for keyword in node.keywords)
                yield Event(service(path), pattern(node.args[0]), level, fields)


def service(path: Path) -> str:
    """The sender of webhooks is a service within the worker's package."""
    return "webhooks" if "webhooks" in path.parts else path.relative_to(SERVICES).parts[0]


def pattern(name: ast.expr) -> str:
    if isinstance(name, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else r"\w+" for part in name.values)
    return str(ast.literal_eval(name))


def documented() -> list[Event]:
    sections = SECTION.findall((ROOT / "docs" / "logs.md").read_text("utf-8"))
    return [
        Event(section, name, level, frozenset(NAME.findall(fields)))
        for section, text in sections
        for names, level, fields in ROW.findall(text)
        for name in NAME.findall(names)
    ]


LOGGED = sorted(set(logged()), key=lambda event: event.name)


def test_there_are_events() -> None:
    assert len(LOGGED) > 25


@pytest.mark.parametrize("event", LOGGED, ids=lambda event: event.name)
def test_every_event_is_in_the_docs_as_it_is_logged(event: Event) -> None:
    rows = [row for row in documented() if re.fullmatch(event.name, row.name)]
    expected = (event.service, event.level, event.fields)
    assert [row for row in rows if (row.service, row.level, row.fields) == expected], f"{event}: {rows}"


@pytest.mark.parametrize("row", documented(), ids=lambda row: f"{row.service}-{row.name}")
def test_no_event_is_in_the_docs_that_is_not_logged(row: Event) -> None:
    sources = {row.service, "core", "worker" if row.service == "webhooks" else ""}
    assert any(re.fullmatch(event.name, row.name) for event in LOGGED if event.service in sources)
