"""Tables from the figures of a GPU, and the server's verdict about its device."""

import json
from pathlib import Path

import pytest
from infra.capacity.gpu import Figure
from tests.load.gpu_report import report
from tests.load.inference import save
from tests.load.readiness import on_device, verdict

MODEL = {"model": "aesthetics", "version": 1, "device": "cuda", "load_seconds": 0.5, "warm_up_seconds": 4.25}


def test_the_report_has_a_table_for_each_file(tmp_path: Path) -> None:
    start = {"repository": "half", "ready": True, "seconds": 9.5, "reasons": [], "models": [MODEL]}
    start |= {"megabytes": {"resident": 900.0}, "per_second": {"1": 4100.0}}
    unready = {"repository": "full", "ready": False, "reasons": ["fell back to the CPU"]}
    machine = {"gpus": ["NVIDIA X"], "driver": "580", "onnxruntime": "1.31.1", "cpus": 16}
    write(tmp_path / "readiness.json", {"machine": machine, "starts": [start, unready]})
    deviation = {"model": "aesthetics", "computed": "served, float16", "median": 0.01, "p99": 0.05, "largest": 0.1}
    write(tmp_path / "parity.json", {"photos": 124, "deviations": [deviation | {"order": 1e-5, "embedding": 1e-6}]})
    samples = [{"requests": number, "megabytes": {"resident": 900.0 + number}} for number in range(3)]
    write(tmp_path / "memory.json", {"samples": samples, "seconds": 10.0, "growth": {"resident": 0.001}})
    decoder = {"decoder": "nvJPEG", "photos": "large", "per_second": 800.0, "median_ms": 80.0, "largest_difference": 3}
    write(tmp_path / "decode.json", [decoder])
    save(tmp_path / "float16.json", Figure("raw", 8, 9000, 0.9, 1.2))
    lines = report(tmp_path).splitlines()
    assert "NVIDIA X, driver 580, ONNX Runtime 1.31.1, 16 cores" in lines
    assert "| half | aesthetics/1 | cuda | 0.50 | 4.25 | 9.5 | resident: 900 | 4100 |" in lines
    assert any(line.startswith("| full | fell back to the CPU | not ready |") for line in lines)
    assert "| aesthetics | served, float16 | 0.010 | 0.050 | 0.100 |" in lines
    assert "| raw | 9000 (0.9) |" in lines
    assert "| resident | 901 | 902 | +0.10 % |" in lines
    assert "| nvJPEG | large | 800 | 80 | 3 |" in lines


def test_an_empty_folder_makes_no_report(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no figures"):
        report(tmp_path)


def test_a_figure_replaces_the_earlier_one_of_its_variant_and_batch(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    for figure in (Figure("raw", 1, 100, 10, 11), Figure("raw", 8, 200, 40, 41), Figure("raw", 1, 150, 7, 8)):
        save(file, figure)
    assert {row["batch"]: row["per_second"] for row in json.loads(file.read_text())} == {1: 150, 8: 200}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([MODEL | {"event": "model_ready"}, {"event": "ready", "seconds": 5.0}], True),
        ([MODEL | {"event": "model_ready", "device": "cpu"}, {"event": "ready", "seconds": 5.0}], False),
        ([{"event": "not_ready", "seconds": 5.0, "reasons": ["fell back to the CPU"]}], False),
    ],
)
def test_only_a_server_that_is_ready_on_the_device_passes(lines: list[dict[str, object]], expected: bool) -> None:
    assert on_device(verdict("half", lines), "cuda") is expected


def write(file: Path, content: object) -> None:
    file.write_text(json.dumps(content))
