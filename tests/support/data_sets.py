"""Rated photographs and pretrained weights: none come with the repository (training/README.md)."""

import os
from pathlib import Path

import pytest


def data_folder() -> Path | None:
    """The folder of data sets, CRITIC_DATA, or None."""
    name = os.environ.get("CRITIC_DATA")
    return Path(name) if name else None


def need_data() -> Path:
    """The same; skips the test without it."""
    folder = data_folder()
    if folder is None or not (folder / "oasis" / "labels.csv").is_file():
        pytest.skip("CRITIC_DATA names no folder of rated photographs (training/README.md)")
    return folder


def need_weights() -> Path:
    """AlexNet's ImageNet convolutions, CRITIC_WEIGHTS; skips the test without them."""
    file = Path(os.environ.get("CRITIC_WEIGHTS", ""))
    if not file.is_file():
        pytest.skip("CRITIC_WEIGHTS names no file of pretrained convolutions (training/README.md)")
    return file
