"""A pytest plugin: tests that passed on another machine, at the same commit, need not run again."""

from pathlib import Path

import pytest

# Marks deselect tests of other folders, and a deselected test is in no output: a file may look whole and is not.
NEVER_DESELECTED = "tests/unit/"
UNFINISHED = ("SKIPPED ", "FAILED ", "ERROR ", "XFAIL ", "XPASS ")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--passed-elsewhere", type=Path, metavar="FILE", help="leave out the tests that this file lists")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even import a file whose tests all passed: imports of a thousand files take half a minute."""
    whole = collection_path.suffix == ".py" and str(collection_path.relative_to(config.rootpath)) in _passed(config)
    return True if whole else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Drop the tests of the file from `items`. Without a file, nothing passed elsewhere, and all run."""
    passed = _passed(config)
    if dropped := [item for item in items if item.nodeid in passed]:
        config.hook.pytest_deselected(items=dropped)
        items[:] = [item for item in items if item.nodeid not in passed]


def passed_tests(output: str) -> list[str]:
    """The tests that passed, by what pytest printed with `-rap --no-fold-skipped`.

    Of a file of unit tests that all passed, the path alone.
    """
    lines = output.splitlines()
    tests = [line.removeprefix("PASSED ") for line in lines if line.startswith("PASSED ")]
    unfinished = "\n".join(line for line in lines if line.startswith(UNFINISHED))
    whole = {file for file in map(_file, tests) if file.startswith(NEVER_DESELECTED) and file not in unfinished}
    return sorted(whole) + [test for test in tests if _file(test) not in whole]


def _file(test: str) -> str:
    return test.partition("::")[0]


_KEY = pytest.StashKey[frozenset[str]]()


def _passed(config: pytest.Config) -> frozenset[str]:
    if _KEY not in config.stash:
        file: Path | None = config.getoption("passed_elsewhere")
        config.stash[_KEY] = frozenset(file.read_text("utf-8").splitlines() if file and file.exists() else ())
    return config.stash[_KEY]
