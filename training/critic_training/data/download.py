"""Labelled tables → WebDataset shards, by img2dataset, which is run as a program of its own.

Its dependencies (wandb, albumentations, OpenCV, …) are nobody else's, so it lives in an environment of its own:
`uvx img2dataset`, or any other on the PATH. It restarts where it was interrupted, and writes `NNNNN_stats.json` with
successes and errors beside every tar.
"""

import json
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

LONG_SIDE = 512
"""Pixels; more than twice what the network sees, so that crops still have detail."""


class NoDownloader(ValueError):
    """img2dataset is not installed."""


@dataclass(frozen=True)
class Downloaded:
    """Of all shards in a folder: photos there, and why others are not."""

    shards: int
    photos: int
    failed: dict[str, int]


def download(table: Path, out: Path, *, processes: int = 4, threads: int = 64, per_shard: int = 10_000) -> Downloaded:
    """Fetch every photo of the table into tars under `out`; what a former run finished is not fetched again.

    Raises NoDownloader, or CalledProcessError when img2dataset itself fails; a photo that fails is only counted.
    """
    subprocess.run([*downloader(), *_options(table, out, processes, threads, per_shard)], check=True)  # noqa: S603 - our own words
    return summary(out)


def downloader() -> list[str]:
    """How img2dataset is started here. Raises NoDownloader."""
    if found := shutil.which("img2dataset"):
        return [found]
    if found := shutil.which("uvx"):
        return [found, "img2dataset"]
    raise NoDownloader("img2dataset is not on the PATH: `pipx install img2dataset`, or install uv")


def summary(out: Path) -> Downloaded:
    """From the statistics files."""
    told = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(out.glob("*_stats.json"))]
    failed = Counter[str]()
    for one in told:
        failed.update({why: number for why, number in one["status_dict"].items() if why != "success"})
    return Downloaded(len(told), sum(one["successes"] for one in told), dict(failed))


def _options(table: Path, out: Path, processes: int, threads: int, per_shard: int) -> list[str]:
    told = {
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
    return [f"--{name}={value}" for name, value in told.items()]
