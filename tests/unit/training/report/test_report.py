"""A report names every plot it has and no other, and everyone whose photo it shows."""

import csv
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from critic_core.contracts.critique import PhotoKind, PropertyName
from critic_training.baselines.comparison import ModelPredictions, lead, row, to_json
from critic_training.data.photo_sets import read_rated
from critic_training.evaluation.config import EvaluationConfig
from critic_training.evaluation.copy_retrieval import alter
from critic_training.export.model_folder import read_manifest
from critic_training.report.extremes import Photo, contrasts, ends
from critic_training.report.kinds import training_bias
from critic_training.report.write import ATTRIBUTION_FILE, REPORT_FILE, Report, write
from critic_training.runs.predictions import (
    ACROSS_FILE,
    ACROSS_HEADER,
    OUT_OF_FOLD_FILE,
    OUT_OF_FOLD_HEADER,
    POOL_FILE,
    POOL_HEADER,
    write_rows,
)

ROOT = Path(__file__).parents[4]
MODEL = ROOT / "services" / "inference" / "model_repository" / "aesthetics" / "1"
CONFIG = EvaluationConfig(resamples=20)
PHOTOS = ("rocket.jpg", "cat.png", "formats/jpeg.jpg")


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("critic_training.report.write.CONFIG", CONFIG)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "photos" / "attribution.csv"
    (file.parent / "images").mkdir(parents=True)
    rows = []
    for number in range(6):
        data = (ROOT / "tests" / "data" / PHOTOS[number // 2]).read_bytes()
        (file.parent / "images" / f"{number}.jpg").write_bytes(alter(data, number))
        page, licence = f"https://example.org/{number}", "https://creativecommons.org/licenses/by/2.0/"
        rows.append({"file": f"images/{number}.jpg", "author": f"A|{number}", "landing_url": page, "license": licence})
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return file


@pytest.fixture
def rated(tmp_path: Path) -> Path:
    folder = tmp_path / "rated"
    folder.mkdir()
    rows = [(f"images/{n}.jpg", n % 10, "one" if n < 40 else "other", f"theme {n // 4}", n // 4 % 4) for n in range(80)]
    write_rows(folder / "labels.csv", ("file", "score", "category", "group", "fold"), rows)
    return folder


@pytest.fixture
def run(tmp_path: Path, rated: Path) -> Path:
    folder = tmp_path / "run"
    (folder / "seed-7" / "fold-0").mkdir(parents=True)
    random, read = np.random.default_rng(0), read_rated(rated)
    predictions = [(f"images/{n}.jpg", 7, int(read.fold[n]), read.score[n] + random.normal(0, 3)) for n in range(80)]
    write_rows(folder / OUT_OF_FOLD_FILE, OUT_OF_FOLD_HEADER, predictions)
    write_rows(folder / ACROSS_FILE, ACROSS_HEADER, [("rated", file, 7, value) for file, _, _, value in predictions])
    (folder / "seed-7" / "fold-0" / "curves.csv").write_text("iteration,train_loss\n50,0.7\n100,0.6\n")
    return folder


@pytest.fixture
def tables(tmp_path: Path, rated: Path) -> Path:
    read = read_rated(rated)
    entrant = ModelPredictions("a machine", [np.where(read.score > 4, 0.9, 0.1).astype(np.float32)], [read.score])
    content = to_json([row(entrant, read, read, CONFIG)], [lead(entrant, entrant, read, CONFIG)])
    (tmp_path / "tables.json").write_text(json.dumps(content))
    return tmp_path / "tables.json"


def shown(folder: Path) -> set[str]:
    return set(re.findall(r"\]\(([\w.]+\.webp)\)", (folder / REPORT_FILE).read_text("utf-8")))


def written(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir() if file.suffix == ".webp"}


def test_a_whole_report(table: Path, rated: Path, run: Path, tables: Path, tmp_path: Path) -> None:
    out = tmp_path / "report"
    metrics = tmp_path / "metrics.jsonl"
    metrics.write_text('{"step": 5, "of": 10, "people": 0.6}\n{"step": 10, "of": 10, "people": 0.71}\n')
    write(Report(MODEL, table, 3, out, "critic-train report …", run, rated, (rated,), tables, metrics))
    assert shown(out) == written(out) == {
        "ratings.webp", "reliability.webp", "pairs.webp", "curves.webp", "scores.webp", "best.webp", "worst.webp"
    }  # fmt: skip
    text = (out / REPORT_FILE).read_text("utf-8")
    assert "a machine" in text
    assert "Expected calibration error" in text
    assert "| focus blur |" in text
    assert "| 100 | 0.600 |" in text  # of curves.csv
    assert "| 10 | 10 | 0.71 |" in text  # of metrics.jsonl
    assert "No figures" not in text
    names = (out / ATTRIBUTION_FILE).read_text("utf-8")
    assert len(re.findall(r"<https://example.org/\d>", names)) == 4  # two best, two worst of six
    assert "A/" in names


def test_a_report_without_plots_is_one_file(table: Path, rated: Path, run: Path, tmp_path: Path) -> None:
    out = tmp_path / "report"
    write(Report(MODEL, table, 6, out, "critic-train report …", run, rated, (rated,), plots=False))
    assert [file.name for file in out.iterdir()] == [REPORT_FILE]
    text = (out / REPORT_FILE).read_text("utf-8")
    assert "Deciles" in text
    assert "](" not in text


def test_bias_by_kind_stands_beside_that_of_training_photos(table: Path, run: Path, tmp_path: Path) -> None:
    ratings, oasis = tmp_path / "ratings", tmp_path / "oasis"
    kinds = [(f"photos/images/{n}.jpg", "P") for n in range(6)] + [(f"pool/images/{n}.jpg", "O") for n in range(20)]
    for file, header, rows in (
        (ratings / "photos.csv", ("file", "score"), [(f"images/{n}.jpg", 10 * n) for n in range(6)]),
        (ratings / "kinds.csv", ("file", "kind"), kinds),
        (ratings / "oasis_check.csv", ("file", "score", "rater"), [(f"images/{n}.jpg", 10 * n, "a") for n in range(4)]),
        (
            oasis / "labels.csv",
            ("file", "score", "category", "fold"),
            [(f"images/{n}.jpg", n, "Person", n % 2) for n in range(20)],
        ),
        (run / OUT_OF_FOLD_FILE, OUT_OF_FOLD_HEADER, [(f"images/{n}.jpg", 7, n % 2, n / 5 - 2) for n in range(20)]),
        (run / POOL_FILE, POOL_HEADER, [(f"images/{n}.jpg", n / 5 - 2, n / 5 - 2) for n in range(20)]),
    ):
        file.parent.mkdir(exist_ok=True)
        write_rows(file, header, rows)
    bias = training_bias(run, ratings, read_rated(oasis), read_manifest(MODEL))
    assert set(bias) == {PhotoKind.people, PhotoKind.object}
    write(Report(MODEL, table, 6, tmp_path / "report", "critic-train report …", ratings=ratings))
    assert "| spearman |" in (tmp_path / "report" / REPORT_FILE).read_text("utf-8")


def test_missing_inputs_are_named(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "report"
    shutil.copytree(MODEL, tmp_path / "model")
    write(Report(tmp_path / "model", table, 6, out, "critic-train report …"))
    text = (out / REPORT_FILE).read_text("utf-8")
    assert text.count("No figures") == 2
    assert shown(out) == written(out) == {"scores.webp", "best.webp", "worst.webp"}


def test_the_ends_differ_in_what_the_score_follows() -> None:
    random = np.random.default_rng(0)
    photos = []
    for number in range(90):
        measured = {name: float(random.normal()) for name in PropertyName}
        measured["saturation"] = -number / 10
        photos.append(Photo(Path(), "", "", "", 90.0 - number, measured))
    best, worst = ends(photos)
    assert [photo.score for photo in (best[0], worst[0])] == [90, 1]
    assert len(best) == len(worst) == 30
    found = {contrast.name: contrast for contrast in contrasts(photos, best, worst)}
    assert found["saturation"].low > 1
    assert found["contrast"].low < 0 < found["contrast"].high
