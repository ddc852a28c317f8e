"""A pytest plugin: tests that passed on another machine, at the same commit, need not run again."""

from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--passed-elsewhere", type=Path, metavar="FILE", help="leave out the tests that this file lists")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Drop the tests of the file from `items`. Without a file, nothing passed elsewhere, and all run."""
    file: Path | None = config.getoption("passed_elsewhere")
    passed = set(file.read_text("utf-8").splitlines()) if file and file.exists() else set()
    if dropped := [item for item in items if item.nodeid in passed]:
        config.hook.pytest_deselected(items=dropped)
        items[:] = [item for item in items if item.nodeid not in passed]


def passed_tests(output: str) -> list[str]:
    """The tests that passed, from what pytest printed with `-rp`."""
    return [line.removeprefix("PASSED ") for line in output.splitlines() if line.startswith("PASSED ")]
