"""Labelled tables → WebDataset shards, by img2dataset in a subprocess.

Its dependencies (wandb, albumentations, OpenCV, …) conflict with ours, so it has an environment of its own:
`uvx img2dataset`, or an img2dataset on the PATH. It resumes interrupted downloads, and writes `NNNNN_stats.json` with
successes and errors for every tar.
"""

import json
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

LONG_SIDE = 512
"""Pixels: more than twice the network's input, so that crops have detail."""


class NoDownloader(ValueError):
    """img2dataset is not installed."""


@dataclass(frozen=True)
class Downloaded:
    """Totals of a folder's shards: downloaded photos, and failures by reason."""

    shards: int
    photos: int
    failed: dict[str, int]


def download(table: Path, out: Path, *, processes: int = 4, threads: int = 64, per_shard: int = 10_000) -> Downloaded:
    """Download the table's photos into tars under `out`; finished shards are skipped.

    Raises NoDownloader, or CalledProcessError when img2dataset itself fails; a failed photo is only counted.
    """
    subprocess.run([*downloader(), *_options(table, out, processes, threads, per_shard)], check=True)  # noqa: S603 - fixed program, our own options
    return summary(out)


def downloader() -> list[str]:
    """The command that starts img2dataset. Raises NoDownloader."""
    if found := shutil.which("img2dataset"):
        return [found]
    if found := shutil.which("uvx"):
        return [found, "img2dataset"]
    raise NoDownloader("img2dataset is not on the PATH: `pipx install img2dataset`, or install uv")


def summary(out: Path) -> Downloaded:
    """Totals of the statistics files."""
    shards = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(out.glob("*_stats.json"))]
    failed = Counter[str]()
    for shard in shards:
        failed.update({reason: count for reason, count in shard["status_dict"].items() if reason != "success"})
    return Downloaded(len(shards), sum(shard["successes"] for shard in shards), dict(failed))


def _options(table: Path, out: Path, processes: int, threads: int, per_shard: int) -> list[str]:
    options = {
        "url_list": table,
        "output_folder": out,
        "input_format": "parquet",
        "output_format": "webdataset",
        "url_col": "url",
        "save_additional_columns": '["photo_id","score","label"]',
        "number_sample_per_shard": per_shard,
        "processes_count": processes,
        "thread_count": threads,
        "image_size": LONG_SIDE,
        "resize_mode": "keep_ratio_largest",
        "resize_only_if_bigger": True,
        "encode_quality": 92,
        "incremental_mode": "incremental",
        "retries": 1,
        "enable_wandb": False,
    }
    return [f"--{name}={value}" for name, value in options.items()]
