"""Tables for docs/gpu.md from the figures of `infra/gpu/check.sh`.

    python -m tests.load.gpu_report gpu-check

Files that a step did not write are left out.
"""

import argparse
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from infra.capacity.gpu import FIGURES, Figure

Rows = Iterable[list[str]]


def main() -> None:
    """Print every table whose file is there."""
    parser = argparse.ArgumentParser(description="Tables from the figures of infra/gpu/check.sh.")
    parser.add_argument("folder", type=Path)
    print(report(parser.parse_args().folder))


def report(folder: Path) -> str:
    """Markdown; ValueError without any file."""
    sections = [render(file) for name, render in RENDERERS.items() if (file := folder / name).is_file()]
    if not sections:
        raise ValueError(f"{folder} holds no figures of infra/gpu/check.sh")
    return "\n\n".join(sections)


def starts(file: Path) -> str:
    """The machine, and a row for each model version of each start."""
    found = json.loads(file.read_text())
    machine = found["machine"]
    gpus = ", ".join(machine.get("gpus", ["no GPU"]))
    versions = f"driver {machine.get('driver', 'none')}, ONNX Runtime {machine['onnxruntime']}"
    return f"{gpus}, {versions}, {machine['cpus']} cores\n\n" + table(
        ["start over", "model", "device", "load s", "warm-up s", "ready after s", "memory, MB", "photos/s"],
        (row for start in found["starts"] for row in start_rows(start)),
    )


def start_rows(start: dict[str, Any]) -> Iterator[list[str]]:
    """One for each version; one with the reasons where the server is not ready."""
    if not start["ready"]:
        yield [start["repository"], "; ".join(start["reasons"]), *["not ready"] * 6]
        return
    memory = ", ".join(f"{name}: {value:.0f}" for name, value in start["megabytes"].items())
    for model in start["models"]:
        rate = start["per_second"].get(str(model["version"]))
        seconds = [f"{model['load_seconds']:.2f}", f"{model['warm_up_seconds']:.2f}", f"{start['seconds']:.1f}"]
        name = f"{model['model']}/{model['version']}"
        yield [start["repository"], name, model["device"], *seconds, memory, f"{rate:.0f}" if rate else ""]


def parity(file: Path) -> str:
    """A row for each way of computing each model."""
    found = json.loads(file.read_text())
    rows = (
        [row["model"], row["computed"], *(f"{row[share]:.3f}" for share in ("median", "p99", "largest"))]
        for row in found["deviations"]
    )
    head = ["model", "computed", "score differs: median", "99 %", "most"]
    return f"{found['photos']} photographs\n\n" + table(head, rows)


def throughput(file: Path) -> str:
    """Photos a second, and the median latency of a batch, by variant and batch size."""
    figures = FIGURES.validate_json(file.read_bytes())
    batches = sorted({figure.batch for figure in figures})
    variants = list(dict.fromkeys(figure.variant for figure in figures))
    cells = {(figure.variant, figure.batch): cell(figure) for figure in figures}
    rows = ([variant, *(cells.get((variant, batch), "") for batch in batches)] for variant in variants)
    head = [f"{file.stem}: photos/s (median ms) at batch", *map(str, batches)]
    return table(head, rows)


def cell(figure: Figure) -> str:
    """Rate and latency."""
    return f"{figure.per_second:.0f} ({figure.median_ms:.1f})"


def memory(file: Path) -> str:
    """Requests, first and last sample, and the growth of the last quarter."""
    found = json.loads(file.read_text())
    first, last = found["samples"][1], found["samples"][-1]
    head = f"{last['requests']} requests in {found['seconds']:.0f} s"
    rows = (
        [name, f"{first['megabytes'][name]:.0f}", f"{value:.0f}", f"{100 * found['growth'][name]:+.2f} %"]
        for name, value in last["megabytes"].items()
    )
    return f"{head}\n\n" + table(["memory, MB", "at first", "at last", "last quarter"], rows)


def decoding(file: Path) -> str:
    """A row for each decoder at each size."""
    rows = (
        [row["decoder"], row["photos"], f"{row['per_second']:.0f}", f"{row['median_ms']:.0f}", difference(row)]
        for row in json.loads(file.read_text())
    )
    return table(["decoder", "photos", "photos/s", "64 photos, ms", "pixels differ from Pillow's, most"], rows)


def difference(row: dict[str, Any]) -> str:
    """Of pixels, where it was measured."""
    return "" if row["largest_difference"] is None else str(row["largest_difference"])


def table(head: list[str], rows: Rows) -> str:
    """In Markdown."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


RENDERERS: dict[str, Callable[[Path], str]] = {
    "readiness.json": starts,
    "parity.json": parity,
    "float16.json": throughput,
    "float32.json": throughput,
    "efficientnet.json": throughput,
    "memory.json": memory,
    "decode.json": decoding,
}


if __name__ == "__main__":
    main()
