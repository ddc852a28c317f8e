"""What `make capacity` is told: figures of GPUs, and limits that were kept."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from tests.load.capacity import kept
from tests.load.capacity.__main__ import arguments, gpu_of, planned
from tests.load.capacity.costs import Cost, Limits
from tests.load.inference import Figure

COST = Cost(1, 0.3, {"gateway": 2.0, "worker": 30.0, "inference": 8.0, "redis": 1.0}, {"decode": 8.0})
MEMORY = dict.fromkeys(COST.core_ms, 100.0)
ELSEWHERE = Limits("another machine", 64, "2026-11-25", [COST, replace(COST, megapixels=12)], MEMORY)


def file_of(folder: Path, *figures: Figure) -> str:
    path = folder / "gpu.json"
    path.write_text(json.dumps([asdict(figure) for figure in figures]))
    return str(path)


def test_a_gpus_figures_are_the_best_that_its_server_did(tmp_path: Path) -> None:
    raw, few = Figure("raw", 64, 9000, 5, 6), Figure("server", 8, 1500, 4, 5, 1.2)
    path = file_of(tmp_path, raw, few, Figure("server-clients", 64, 4000, 20, 25, 0.7))
    gpu = gpu_of(path, COST)
    assert (gpu.per_second, gpu.seconds, gpu.core_ms) == (4000, 0.02, 0.7)
    assert gpu.source == f"GPU as measured in {path}: 4000 photos/s in batches of 64"


def test_figures_without_a_server_say_nothing_about_one(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no way through the server"):
        gpu_of(file_of(tmp_path, Figure("raw", 64, 9000, 5, 6)), COST)


def test_a_gpu_that_nobody_measured_is_told_as_assumed() -> None:
    assert "**assumed, not measured**" in gpu_of("5000", COST).source


@pytest.mark.parametrize("word", ["H100", "gone.json", "0", "-5", "nan"])
def test_a_gpus_name_is_no_figure(word: str) -> None:
    with pytest.raises(ValueError, match="no number of photos"):
        gpu_of(word, COST)


def test_limits_are_measured_once_and_anew_when_asked_or_on_another_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = iter(replace(ELSEWHERE, machine=kept.machine(), date=date) for date in ("first", "second", "third"))
    monkeypatch.setattr(kept, "KEPT", tmp_path / "cache" / "capacity.json")
    monkeypatch.setattr(kept, "measure", lambda: next(measured))
    assert [kept.limits_here(kept.KEPT).date for _ in range(2)] == ["first", "first"]
    assert kept.limits_here(kept.KEPT, anew=True).date == "second"
    kept.KEPT.write_bytes(kept.LIMITS.dump_json(ELSEWHERE))
    assert kept.limits_here(kept.KEPT).date == "third"


def test_limits_of_another_machine_are_taken_where_their_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "theirs.json"
    path.write_bytes(kept.LIMITS.dump_json(ELSEWHERE))
    assert kept.limits_here(path) == ELSEWHERE


def test_what_is_asked_on_the_command_line_is_what_is_planned() -> None:
    words = arguments().parse_args(["--rate", "90", "--size", "4000x3000", "--lost", "0", "--gpu", "500"])
    text = planned(words, ELSEWHERE)
    assert text.startswith("90 photos/s of 12 megapixels (0.3 MB each), 27 MB/s; 70 % busy and waits of 1 s at most\n")
    assert "costs measured on 2026-11-25, another machine, 64 cores; **assumed, not measured**: a GPU takes 500" in text
