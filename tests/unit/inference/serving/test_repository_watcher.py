"""The model repository is polled; a change that could not be read is tried again."""

import asyncio
from pathlib import Path
from typing import cast

import pytest

from critic_inference.serving import repository_watcher
from critic_inference.serving.catalogue import Catalogue
from critic_inference.serving.repository_watcher import RepositoryWatcher
from critic_inference.settings import InferenceSettings


def test_a_change_during_an_error_of_the_disk_is_loaded_by_a_later_poll(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watcher = RepositoryWatcher(InferenceSettings(model_repository=tmp_path))
    (tmp_path / "alexnet").mkdir()
    reads: list[Path] = []

    def read(folder: Path) -> None:
        reads.append(folder)
        raise OSError("the disk is away")

    monkeypatch.setattr(repository_watcher, "read_model", read)
    catalogue = cast("Catalogue", {})
    for _ in range(2):
        with pytest.raises(OSError, match="away"):
            asyncio.run(watcher.poll(catalogue))
    assert reads == [tmp_path / "alexnet"] * 2
