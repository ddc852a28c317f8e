"""What passed elsewhere is left out, and nothing else: no test that was skipped there, none with a longer name."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.passed_elsewhere import passed_tests

ROOT = Path(__file__).parents[3]
TESTS = """
import pytest

@pytest.mark.parametrize("word", ["a", "a b"])
def test_one(word): pass
def test_one_more(): pass
def test_skipped(): pytest.skip("no service")
"""
ALL = ["test_it.py::test_one[a]", "test_it.py::test_one[a b]", "test_it.py::test_one_more"]


def run_tests(folder: Path, *options: str) -> str:
    (folder / "test_it.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-p", "tests.support.passed_elsewhere", "-rap", *options, "test_it.py"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""}
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=200, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_passed_tests_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "passed.txt").write_text("\n".join(ALL[:2]))
    output = run_tests(tmp_path, "--passed-elsewhere", "passed.txt")
    assert passed_tests(output) == ALL[2:]
    assert "1 skipped" in output
    assert "2 deselected" in output


def test_without_the_file_all_run(tmp_path: Path) -> None:
    assert set(passed_tests(run_tests(tmp_path, "--passed-elsewhere", "passed.txt"))) == set(ALL)
