"""`python -m infra.capacity`: its options, files of costs, and figures of GPUs."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from infra.capacity.__main__ import parser, plan_text
from infra.capacity.costs import MachineCosts, PhotoCost, load_costs, save_costs
from infra.capacity.gpu import Figure, gpu_of

COST = PhotoCost(1, 0.3, {"gateway": 2.0, "worker": 30.0, "inference": 8.0, "redis": 1.0}, {"decode": 8.0})
MEMORY = dict.fromkeys([*COST.core_ms, "decoder"], 100.0)
RETAINED = {"redis": 8.0, "preview": 20.0}
COSTS = MachineCosts("another machine", 64, "2026-11-25", [COST, replace(COST, megapixels=12)], MEMORY, RETAINED)


def file_of(folder: Path, *figures: Figure) -> str:
    path = folder / "gpu.json"
    path.write_text(json.dumps([asdict(figure) for figure in figures]))
    return str(path)


def test_a_measured_gpu_has_the_best_figures_of_the_server(tmp_path: Path) -> None:
    raw, few = Figure("raw", 64, 9000, 5, 6), Figure("server", 8, 1500, 4, 5, 1.2)
    path = file_of(tmp_path, raw, few, Figure("server-clients", 64, 4000, 20, 25, 0.7))
    gpu = gpu_of(path, COST)
    assert (gpu.per_second, gpu.seconds, gpu.core_ms) == (4000, 0.02, 0.7)
    assert gpu.source == f"GPU as measured in {path}: 4000 photos/s in batches of 64"


def test_figures_without_the_server_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no figures of the server"):
        gpu_of(file_of(tmp_path, Figure("raw", 64, 9000, 5, 6)), COST)


def test_an_assumed_gpu_is_marked() -> None:
    assert "**assumed, not measured**" in gpu_of("5000", COST).source


@pytest.mark.parametrize("word", ["H100", "missing.json", "0", "-5", "nan"])
def test_a_gpus_name_is_no_figure(word: str) -> None:
    with pytest.raises(ValueError, match="no number of photos"):
        gpu_of(word, COST)


def test_costs_survive_their_file(tmp_path: Path) -> None:
    save_costs(COSTS, tmp_path / "cache" / "capacity.json")
    assert load_costs(tmp_path / "cache" / "capacity.json") == COSTS


def test_missing_costs_name_the_command_that_measures_them(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="run `make capacity`"):
        load_costs(tmp_path / "capacity.json")


def test_the_plan_follows_the_options() -> None:
    arguments = parser().parse_args(["--rate", "90", "--size", "4000x3000", "--spare", "0", "--gpu", "500"])
    text = plan_text(arguments, COSTS)
    assert text.startswith("90 photos/s of 12 megapixels (0.3 MB each), 27 MB/s; utilisation of 70 % and waits of 1 s")
    assert "costs measured on 2026-11-25, another machine, 64 cores; **assumed, not measured**: a GPU takes 500" in text


def test_retention_is_counted_at_the_mean_rate() -> None:
    arguments = parser().parse_args(["--rate", "50", "--mean-rate", "2", "--hours", "168"])
    text = plan_text(arguments, COSTS)
    assert (
        "Retention: 2 photos/s for 168 h are 1,209,600 photos: 9.7 GB of Redis (8.0 kB each; maxmemory 10752mb)" in text
    )
    assert "and 387 GB of storage." in text
    assert "| redis | 1.0 | 1 | 5 % | 0.00 s | 0.1 | 9.8 GB |" in text
