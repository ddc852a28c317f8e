"""`make model` calls commands that exist, with options that they have."""

import shlex
import subprocess
from pathlib import Path

import pytest
import typer.main

from critic_training.__main__ import app

ROOT = Path(__file__).parents[3]
STEPS = ["pool", "people", "export", "publish"]


@pytest.fixture(scope="module")
def commands() -> list[list[str]]:
    """The arguments of each `critic-train`, in order; weights must be a file."""
    make = ["make", "--dry-run", "model", "DATA=data", f"WEIGHTS={ROOT / 'LICENSE'}"]
    printed = subprocess.run(make, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    lines = [shlex.split(line) for line in printed.replace("\\\n", " ").splitlines() if "critic-train" in line]
    return [words[1:] for words in lines]


def test_both_models_take_all_steps(commands: list[list[str]]) -> None:
    assert [words[0] for words in commands] == 2 * STEPS
    (first, second) = (words for words in commands if words[0] == "pool")
    assert "--teacher" not in first
    assert second[second.index("--teacher") + 1] == first[first.index("--out") + 1]


def test_every_option_is_known_and_none_is_missing(commands: list[list[str]]) -> None:
    group = typer.main.get_command(app)
    for name, *arguments in commands:
        command = group.get_command(typer.Context(group), name)  # type: ignore[attr-defined]
        assert command.make_context(name, arguments).params
