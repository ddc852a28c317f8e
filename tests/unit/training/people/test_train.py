"""From tables to an exported run: `critic-train pool`, then `critic-train people`, on photos of the repository."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from critic_training.__main__ import app
from critic_training.data.photo_sets import read_rated
from critic_training.evaluation.copy_retrieval import alter
from critic_training.people import train
from critic_training.people.hyperparameters import PeopleHyperparameters
from critic_training.people.train import PeopleRun
from critic_training.runs.checkpoint import BEST_FILE, load_network
from critic_training.runs.predictions import (
    ACROSS_FILE,
    OUT_OF_FOLD_FILE,
    POOL_FILE,
    read_across,
    read_out_of_fold,
    read_pool_ratings,
)

PHOTO = Path(__file__).parents[4] / "tests" / "data" / "rocket.jpg"
FEW = PeopleHyperparameters(steps=2, views=1)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for folder, count in (("pool", 6), ("oasis", 8), ("more", 1)):
        (tmp_path / folder / "images").mkdir(parents=True)
        for number in range(count):
            (tmp_path / folder / "images" / f"{number}.jpg").write_bytes(alter(PHOTO.read_bytes(), number))
    labels = [(f"images/{n}.jpg", 2 + n % 5, ("Animal", "Person")[n % 2], n // 2) for n in range(8)]
    table(tmp_path / "oasis" / "labels.csv", ("file", "score", "category", "fold"), *labels)
    table(tmp_path / "pool" / "index.csv", ("file",), *[(f"images/{n}.jpg",) for n in range(6)])
    table(tmp_path / "more" / "index.csv", ("file", "kind", "score"), ("images/0.jpg", "portrait", 30))
    ratings = tmp_path / "ratings"
    rater = ("file", "score", "rater")
    table(ratings / "pool.csv", rater, *[(f"images/{n}.jpg", 10 * n, "a") for n in range(6)])
    table(ratings / "kinds.csv", ("file", "kind"), *[(f"pool/images/{n}.jpg", "PA"[n % 2]) for n in range(6)])
    table(ratings / "oasis_check.csv", rater, *[(f"images/{n}.jpg", 10 * n, r) for n in range(4) for r in "am"])
    return tmp_path


def table(file: Path, header: tuple[str, ...], *rows: tuple[object, ...]) -> None:
    file.parent.mkdir(exist_ok=True)
    with file.open("w", newline="", encoding="utf-8") as opened:
        csv.writer(opened).writerows([header, *rows])


def run(*arguments: str | Path) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_network_is_trained_on_the_pool_and_then_on_people(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train, "fit_embedding", lambda *_: None)  # of 4,848 features: minutes
    monkeypatch.setattr(PeopleRun.__init__, "__defaults__", ((FEW, FEW),))
    sets: list[str | Path] = [
        "--ratings",
        data / "ratings",
        "--rated",
        data / "oasis",
        "--pool",
        data / "pool" / "index.csv",
    ]
    sets += ["--cache", data / "cache"]
    run("pool", *sets, "--more", data / "more", "--out", data / "pool-run", "--epochs", "1", "--hold-out", "3")
    lines = [json.loads(line) for line in (data / "pool-run" / "metrics.jsonl").read_text("utf-8").splitlines()]
    assert lines[-1]["step"] == lines[-1]["of"]
    assert {"regression", "degraded", "people", "pool"} <= lines[-1].keys()
    run(
        "people", "--run", data / "pool-run", *sets, "--across", data / "oasis", "--out", data / "run", "--seeds", "7,8"
    )
    rated = read_rated(data / "oasis")
    assert set(read_out_of_fold(data / "run" / OUT_OF_FOLD_FILE, rated)) == {7, 8}
    assert len(list((data / "run" / "seed-7").glob("fold-*/curves.csv"))) == 4
    across = read_across(data / "run" / ACROSS_FILE, rated)
    network, config = load_network(data / "run" / BEST_FILE)
    assert (network.architecture, config.seed) == ("efficientnet-lite2-maps", 7)
    before = load_network(data / "pool-run" / BEST_FILE)[0]
    assert torch.equal(
        before.get_parameter("backbone._conv_stem.weight"), network.get_parameter("backbone._conv_stem.weight")
    )
    assert not torch.equal(before.get_parameter("mixing.weight"), network.get_parameter("mixing.weight"))
    assert np.isfinite(across[7]).all()
    files, label, rating = read_pool_ratings(data / "run" / POOL_FILE)
    assert (files, label.shape, np.isfinite(rating).all()) == (("images/0.jpg", "images/3.jpg"), (2,), True)


def test_incomplete_tables_are_a_usage_error(data: Path) -> None:
    (data / "ratings" / "kinds.csv").unlink()
    sets: list[str | Path] = [
        "--ratings",
        data / "ratings",
        "--rated",
        data / "oasis",
        "--pool",
        data / "pool" / "index.csv",
    ]
    result = CliRunner().invoke(app, [str(a) for a in ("pool", *sets, "--out", data / "run")])
    assert result.exit_code == 2
    assert "there is no" in result.output
