"""What passed elsewhere is left out, and nothing else: no test that was skipped there, none with a longer name."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
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


def run_tests(folder: Path, *options: str, tests: str = TESTS, file: str = "test_it.py") -> str:
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(tests)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.support.passed_elsewhere",
        "-rap",
        "--no-fold-skipped",
        *options,
        ".",
    ]
    environment = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{folder}", "PYTEST_ADDOPTS": ""}
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


def test_a_file_of_unit_tests_that_passed_is_not_imported(tmp_path: Path) -> None:
    file = "tests/unit/test_unit.py"
    run_tests(tmp_path)
    passed = passed_tests(run_tests(tmp_path, tests="def test_unit(): pass", file=file))
    assert passed == [file, *ALL]
    (tmp_path / "passed.txt").write_text(file)
    again = run_tests(tmp_path, "--passed-elsewhere", "passed.txt", tests="raise ImportError", file=file)
    assert passed_tests(again) == ALL


@pytest.mark.parametrize(
    "line",
    [
        "SKIPPED tests/unit/test_it.py::test_two - no service",
        "FAILED tests/unit/test_it.py::test_two - AssertionError",
        "ERROR tests/unit/test_it.py::test_two",
    ],
)
def test_a_file_with_another_end_is_not_whole(line: str) -> None:
    assert passed_tests(f"PASSED tests/unit/test_it.py::test_one\n{line}") == ["tests/unit/test_it.py::test_one"]


def test_a_test_that_a_helper_skips_is_not_passed(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("import pytest\ndef missing(): pytest.skip('no service')")
    tests = "import helper\ndef test_one(): pass\ndef test_two(): helper.missing()"
    assert passed_tests(run_tests(tmp_path, tests=tests, file="tests/unit/test_it.py")) == [
        "tests/unit/test_it.py::test_one"
    ]


def test_marks_may_have_deselected_tests_of_other_folders() -> None:
    test = "tests/contract/test_it.py::test_one"
    assert passed_tests(f"PASSED {test}") == [test]
    unit = (ROOT / "tests/unit").rglob("*.py")
    assert not [path for path in unit if path != Path(__file__) and "mark.triton" in path.read_text("utf-8")]
