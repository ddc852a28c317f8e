"""Shards are real tar files of real photographs, some of them corrupt."""

import io
import json
import tarfile
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest
import torch
from PIL import Image

from critic_training.finetune.process_group import ProcessGroupRank
from critic_training.finetune.shard_source import ShardSource, read_shard
from critic_training.runs.configuration import Configuration

PHOTOS = 24
BROKEN = -1.0


def label(metadata: dict[str, float]) -> float:
    return metadata["label"]


@pytest.fixture
def shards(tmp_path: Path) -> tuple[Path, ...]:
    """Three shards of eight photos with different labels; one photo is truncated, one has no label."""
    files = tuple(tmp_path / f"{n:05}.tar" for n in range(3))
    for n, file in enumerate(files):
        with tarfile.open(file, "w") as tar:
            for number in range(8 * n, 8 * n + 8):
                stored = io.BytesIO()
                Image.new("RGB", (32, 24), (number * 10, 90, 90)).save(stored, "JPEG")
                data = stored.getvalue()[:200] if number == 5 else stored.getvalue()
                metadata = json.dumps({"label": float("nan") if number == 6 else number / 100}).encode()
                for name, content in ((f"{number}.jpg", data), (f"{number}.json", metadata)):
                    member = tarfile.TarInfo(name)
                    member.size = len(content)
                    tar.addfile(member, io.BytesIO(content))
    return files


def source(shards: tuple[Path, ...], process: ProcessGroupRank | None = None) -> ShardSource:
    config = Configuration(batch_size=4, mirror=False, crop=0, stretch=0, colour=0, workers=2)
    return ShardSource(shards, config, label, process or ProcessGroupRank(), buffer=5)


def labels(shard_source: ShardSource, first: int, iterations: int) -> list[list[float]]:
    batches = islice(shard_source.batches(first), iterations)
    return [[round(value, 2) for value in batch.label.nan_to_num(BROKEN).tolist()] for batch in batches]


def flat(batches: list[list[float]]) -> list[float]:
    return [value for batch in batches for value in batch]


def test_every_labelled_photo_once_an_epoch_in_a_new_order(shards: tuple[Path, ...]) -> None:
    values = flat(labels(source(shards), 0, 12))  # 48 positions: two epochs of 23 photos, and two more
    first_epoch = Counter(values[:23])
    assert first_epoch == Counter([round(n / 100, 2) for n in range(PHOTOS) if n not in (5, 6)] + [BROKEN])
    assert Counter(values[23:46]) == first_epoch
    assert values[:23] != values[23:46]


def test_resumes_at_an_iteration(shards: tuple[Path, ...]) -> None:
    whole = list(islice(source(shards).batches(0), 9))
    later = list(islice(source(shards).batches(7), 2))
    for batch, resumed in zip(whole[7:], later, strict=True):
        torch.testing.assert_close(batch.label, resumed.label, equal_nan=True)


def test_an_undecodable_photo_is_counted_and_stops_nothing(shards: tuple[Path, ...]) -> None:
    shard_source = source(shards)
    batches = list(islice(shard_source.batches(0), 5))
    assert shard_source.undecodable == 1
    assert all(batch.image.shape == (4, 224, 224, 3) for batch in batches)


def test_photos_match_their_labels(shards: tuple[Path, ...]) -> None:
    for batch in islice(source(shards).batches(0), 5):
        for image, value in zip(batch.image, batch.label, strict=True):
            if not value.isnan():
                assert float(image[..., 0].float().mean()) == pytest.approx(float(value) * 1000, abs=6)


def test_processes_have_disjoint_photos(shards: tuple[Path, ...]) -> None:
    values = [set(flat(labels(source(shards, ProcessGroupRank(rank, 2)), 0, 5))) - {BROKEN} for rank in range(2)]
    assert not values[0] & values[1]


def test_photo_and_metadata_in_either_order(shards: tuple[Path, ...]) -> None:
    assert len(list(read_shard(shards[0], label))) == 7


def test_shards_without_labels_are_rejected(shards: tuple[Path, ...]) -> None:
    unlabelled = ShardSource(shards, Configuration(batch_size=4), lambda metadata: float("nan"))
    with pytest.raises(ValueError, match="no labelled photo"):
        next(unlabelled.batches(0))
