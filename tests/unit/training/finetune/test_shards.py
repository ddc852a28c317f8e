"""Shards are real tar files of real photographs, some of them broken."""

import io
import json
import tarfile
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest
import torch
from PIL import Image

from critic_training.finetune.photo_source import Share
from critic_training.finetune.shard_source import ShardSource, read_shard
from critic_training.runs.configuration import Configuration

PHOTOS = 24
BROKEN = -1.0


def label(told: dict[str, float]) -> float:
    return told["label"]


@pytest.fixture
def shards(tmp_path: Path) -> tuple[Path, ...]:
    """Three of eight photos each, told apart by their label; one photo is cut short, one has no label."""
    files = tuple(tmp_path / f"{n:05}.tar" for n in range(3))
    for n, file in enumerate(files):
        with tarfile.open(file, "w") as tar:
            for number in range(8 * n, 8 * n + 8):
                stored = io.BytesIO()
                Image.new("RGB", (32, 24), (number * 10, 90, 90)).save(stored, "JPEG")
                data = stored.getvalue()[:200] if number == 5 else stored.getvalue()
                told = json.dumps({"label": float("nan") if number == 6 else number / 100}).encode()
                for name, content in ((f"{number}.jpg", data), (f"{number}.json", told)):
                    member = tarfile.TarInfo(name)
                    member.size = len(content)
                    tar.addfile(member, io.BytesIO(content))
    return files


def source(shards: tuple[Path, ...], share: Share | None = None) -> ShardSource:
    knobs = Configuration(batch=4, mirror=False, crop=0, stretch=0, colour=0, workers=2)
    return ShardSource(shards, knobs, label, share or Share(), buffer=5)


def labels(one: ShardSource, first: int, iterations: int) -> list[list[float]]:
    return [[round(v, 2) for v in b.label.nan_to_num(BROKEN).tolist()] for b in islice(one.batches(first), iterations)]


def flat(told: list[list[float]]) -> list[float]:
    return [value for batch in told for value in batch]


def test_every_labelled_photo_once_an_epoch_in_a_new_order(shards: tuple[Path, ...]) -> None:
    told = flat(labels(source(shards), 0, 12))  # 48 places: two epochs of 23 photos, and two more
    seen = Counter(told[:23])
    assert seen == Counter([round(n / 100, 2) for n in range(PHOTOS) if n not in (5, 6)] + [BROKEN])
    assert Counter(told[23:46]) == seen
    assert told[:23] != told[23:46]


def test_goes_on_where_it_was(shards: tuple[Path, ...]) -> None:
    whole = list(islice(source(shards).batches(0), 9))
    later = list(islice(source(shards).batches(7), 2))
    for one, other in zip(whole[7:], later, strict=True):
        torch.testing.assert_close(one.label, other.label, equal_nan=True)


def test_a_photo_that_cannot_be_decoded_is_counted_and_stops_nothing(shards: tuple[Path, ...]) -> None:
    one = source(shards)
    batches = list(islice(one.batches(0), 5))
    assert one.bad == 1
    assert all(b.image.shape == (4, 224, 224, 3) for b in batches)


def test_photos_belong_to_their_labels(shards: tuple[Path, ...]) -> None:
    for batch in islice(source(shards).batches(0), 5):
        for image, told in zip(batch.image, batch.label, strict=True):
            if not told.isnan():
                assert float(image[..., 0].float().mean()) == pytest.approx(float(told) * 1000, abs=6)


def test_processes_share_the_photos(shards: tuple[Path, ...]) -> None:
    told = [set(flat(labels(source(shards, Share(rank, 2)), 0, 5))) - {BROKEN} for rank in range(2)]
    assert not told[0] & told[1]


def test_photo_and_metadata_in_either_order(shards: tuple[Path, ...]) -> None:
    assert len(list(read_shard(shards[0], label))) == 7


def test_shards_without_labels_are_refused(shards: tuple[Path, ...]) -> None:
    none = ShardSource(shards, Configuration(batch=4), lambda told: float("nan"))
    with pytest.raises(ValueError, match="no labelled photo"):
        next(none.batches(0))
