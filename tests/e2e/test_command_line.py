"""`photo-critic score` on real files, as a user runs it."""

import csv
import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from tests.support.local_stack import LocalStack
from tests.support.photos import DATA


def photo_critic(*arguments: str | Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "COLUMNS": "200", **settings}
    command = [sys.executable, "-m", "critic_cli", *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_a_folder_is_scored_best_first(stack: LocalStack) -> None:
    ran = photo_critic("score", DATA, "--json", "--url", stack.url)
    assert ran.returncode == 0, ran.stderr
    entries = json.loads(ran.stdout)
    assert {Path(entry["file"]) for entry in entries} == {
        *DATA.glob("*.png"), *DATA.glob("*.jpg"), *DATA.glob("formats/*"), *DATA.glob("animated/*")
    }  # fmt: skip
    scores = [entry["critique"]["score"] for entry in entries]
    assert scores == sorted(scores, reverse=True)


def test_the_table_has_every_photo_with_its_score(stack: LocalStack) -> None:
    ran = photo_critic("score", DATA / "cat.png", DATA / "rocket.jpg", CRITIC_URL=stack.url)
    assert ran.returncode == 0, ran.stderr
    assert {"cat.png", "rocket.jpg"} <= set(ran.stdout.split())
    assert "Better than" in ran.stdout
    assert "Score: 0 to 100, higher is better, by aesthetics" in ran.stdout


def test_bad_files_get_a_sentence_and_the_rest_is_scored(stack: LocalStack, tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("not a photo")
    ran = photo_critic("score", tmp_path / "text.jpg", DATA / "cat.png", tmp_path / "missing.jpg", "--url", stack.url)
    assert ran.returncode == 1
    assert "cat.png" in ran.stdout
    assert "text.jpg: " in ran.stdout
    assert "missing.jpg: The file cannot be read: No such file or directory." in ran.stdout
    assert "Traceback" not in ran.stdout + ran.stderr


def test_a_spreadsheet_has_a_line_a_file(stack: LocalStack, tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    ran = photo_critic("score", DATA / "rocket.jpg", tmp_path / "empty.jpg", "--csv", "--url", stack.url)
    assert ran.returncode == 1
    rocket, empty = csv.DictReader(StringIO(ran.stdout))
    assert 0 <= float(rocket["score"]) <= 100
    assert rocket["sharpness"]
    assert empty["error_code"] == "photo_empty"


def test_file_names_of_any_bytes_are_scored(stack: LocalStack, tmp_path: Path) -> None:
    strange = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9 [bold].png"))
    strange.write_bytes((DATA / "cat.png").read_bytes())
    ran = photo_critic("score", strange, "--url", stack.url)
    assert ran.returncode == 0, ran.stderr
    assert "caf� [bold].png" in ran.stdout


def test_without_a_server_it_says_how_to_start_one() -> None:
    ran = photo_critic("score", DATA / "cat.png", "--url", "http://127.0.0.1:9")
    assert ran.returncode == 2
    assert "photo-critic up" in ran.stderr
    assert ran.stdout == ""


def test_the_doctor_finds_a_running_stack_well(stack: LocalStack) -> None:
    ran = photo_critic("doctor", "--data-folder", stack.data_folder)
    assert ran.returncode == 0, ran.stdout
    for part in ("Queue ", "Storage", "Inference", "Gateway", "Model", "Page"):
        assert f"✓ {part}" in ran.stdout


def test_the_doctor_tells_what_is_broken(stack: LocalStack, tmp_path: Path) -> None:
    ran = photo_critic("doctor", "--data-folder", tmp_path, CRITIC_REDIS_URL="redis://127.0.0.1:9/0")
    assert ran.returncode == 1
    assert "✗ Queue        does not answer at 127.0.0.1:9" in ran.stdout


@pytest.mark.parametrize("arguments", [["--replay"], []])
def test_there_are_no_dead_letters(stack: LocalStack, arguments: list[str]) -> None:
    ran = photo_critic("dead-letters", "--data-folder", stack.data_folder, *arguments)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout in ("No dead letters.\n", "0 photos queued again; 0 have expired.\n")
