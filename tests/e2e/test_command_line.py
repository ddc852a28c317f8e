"""`photo-critic score` on real files, as a user runs it."""

import csv
import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from threading import Event, Thread

import pytest
from tests.support.local_stack import LocalStack
from tests.support.photos import DATA


def photo_critic(
    *arguments: str | Path, module: str = "critic_cli", **settings: str
) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "COLUMNS": "200", **settings}
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_a_folder_is_scored_best_first(stack: LocalStack) -> None:
    ran = photo_critic("score", DATA, "--json", "-", "--url", stack.url)
    assert ran.returncode == 0, ran.stderr
    entries = json.loads(ran.stdout)
    folders = (".", "formats", "animated", "jpeg")
    photos = {path for folder in folders for path in (DATA / folder).iterdir() if path.suffix not in (".py", ".md", "")}
    assert {Path(entry["file"]) for entry in entries} == photos
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
    ran = photo_critic("score", DATA / "rocket.jpg", tmp_path / "empty.jpg", "--csv", "-", "--url", stack.url)
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


def test_a_photo_on_standard_input_is_scored_to_standard_output(stack: LocalStack) -> None:
    command = [sys.executable, "-m", "critic_cli", "score", "-", "--json", "-", "--url", stack.url]
    photo = (DATA / "cat.png").read_bytes()
    ran = subprocess.run(command, input=photo, capture_output=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr
    (entry,) = json.loads(ran.stdout)
    assert (entry["file"], 0 <= entry["critique"]["score"] <= 100) == ("-", True)


def test_outputs_go_to_files_beside_the_table(stack: LocalStack, tmp_path: Path) -> None:
    ran = photo_critic(
        "score", DATA / "cat.png", "--json", tmp_path / "a.json", "--csv", tmp_path / "a.csv", CRITIC_URL=stack.url
    )
    assert (ran.returncode, "cat.png" in ran.stdout) == (0, True)
    (entry,) = json.loads((tmp_path / "a.json").read_text("utf-8"))
    (line,) = csv.DictReader(StringIO((tmp_path / "a.csv").read_text("utf-8")))
    assert float(line["score"]) == entry["critique"]["score"]


def test_a_selection_goes_through_a_pipe(stack: LocalStack, tmp_path: Path) -> None:
    shoot = tmp_path / "shoot"
    shoot.mkdir()
    for name in ("cat.png", "rocket.jpg"):
        (shoot / name).write_bytes((DATA / name).read_bytes())
    ran = photo_critic("cull", shoot, "--keep", "1", "--json", "-", "--url", stack.url, XDG_STATE_HOME=str(tmp_path))
    assert ran.returncode == 0, ran.stderr
    verdicts = [photo["proposal"]["verdict"] for photo in json.loads(ran.stdout)["photos"]]
    assert sorted(verdicts) == ["keep", "maybe"]
    assert "2 photos: 1 to keep" in ran.stderr
    table = photo_critic("cull", shoot, "--keep", "1", "--url", stack.url, XDG_STATE_HOME=str(tmp_path))
    assert table.stdout.startswith("2 photos: 1 to keep")
    assert ("cat.png" in table.stdout) != ("rocket.jpg" in table.stdout)
    everything = photo_critic("cull", shoot, "--keep", "1", "--all", CRITIC_URL=stack.url, XDG_STATE_HOME=str(tmp_path))
    assert {"cat.png", "rocket.jpg"} <= set(everything.stdout.split())


def test_one_standard_output_has_one_document() -> None:
    ran = photo_critic("score", DATA / "cat.png", "--json", "-", "--csv", "-")
    assert (ran.returncode, ran.stderr) == (2, "Only one output can go to standard output (-).\n")


def test_photos_are_scored_as_they_arrive(stack: LocalStack, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "critic_cli", "watch", str(tmp_path), "--json-lines", "--url", stack.url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as watching:
        assert watching.stdout is not None
        assert watching.stderr is not None
        assert watching.stderr.readline().startswith("Watching")
        (tmp_path / "notes.txt").write_text("no photo")
        stop = Event()
        Thread(target=write_until, args=(tmp_path / "cat.png", stop)).start()
        entry = json.loads(watching.stdout.readline())
        stop.set()
        watching.terminate()
        watching.communicate(timeout=60)
    assert (Path(entry["file"]).name, 0 <= entry["critique"]["score"] <= 100) == ("cat.png", True)


def write_until(file: Path, stop: Event) -> None:
    """A photo again and again: the watch begins some time after its first line."""
    while not stop.wait(0.5):
        file.write_bytes((DATA / "cat.png").read_bytes())


class TestWithoutPosix:
    """What runs on Windows: nothing here has its modules, signals and functions."""

    def photo_critic(self, *arguments: str | Path, **settings: str) -> "subprocess.CompletedProcess[str]":
        return photo_critic(*arguments, module="tests.support.without_posix", **settings)

    @pytest.mark.parametrize("command", [[], ["score"], ["cull"], ["watch"], ["up"], ["doctor"], ["ops"]])
    def test_help_is_printed(self, command: list[str]) -> None:
        ran = self.photo_critic(*command, "--help")
        assert (ran.returncode, "Usage: " in ran.stdout) == (0, True), ran.stderr

    def test_photos_are_scored(self, stack: LocalStack) -> None:
        ran = self.photo_critic("score", DATA / "cat.png", "--url", stack.url)
        assert (ran.returncode, "cat.png" in ran.stdout) == (0, True), ran.stderr

    def test_a_folder_is_culled(self, stack: LocalStack, tmp_path: Path) -> None:
        (tmp_path / "shoot").mkdir()
        (tmp_path / "shoot" / "cat.png").write_bytes((DATA / "cat.png").read_bytes())
        options = ("--keep", "1", "--xmp", "--copy-keepers", tmp_path / "keepers", "--url", stack.url)
        ran = self.photo_critic("cull", tmp_path / "shoot", *options, XDG_STATE_HOME=str(tmp_path))
        assert (ran.returncode, ran.stdout.startswith("1 photos: 1 to keep")) == (0, True), ran.stderr
        assert {"cat.png", "cat.png.xmp"} <= {file.name for file in (tmp_path / "keepers").iterdir()}
