"""Outcomes for people and for programs."""

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from tests.support.critiques import make_critique

from critic_cli.scoring.outcome import Outcome, best_first
from critic_cli.scoring.output import print_scores, write_csv, write_json
from critic_core.contracts.errors import PhotoCorrupt

BAD = Outcome(file=Path("bad.jpg"), problem=PhotoCorrupt("It is cut short.").problem())
FAIR = Outcome(file=Path("fair, with comma.jpg"), photo_id="1", critique=make_critique(40))
GOOD = Outcome(file=Path("good [red].jpg"), photo_id="2", critique=make_critique(90))


@pytest.fixture
def table() -> str:
    out = StringIO()
    print_scores([GOOD, FAIR, BAD], Console(file=out, width=120))
    return out.getvalue()


def test_the_best_comes_first_and_failures_last() -> None:
    assert best_first([BAD, FAIR, GOOD]) == [GOOD, FAIR, BAD]


def test_the_table_says_what_a_score_is_and_what_is_unusual(table: str) -> None:
    assert "1  good [red].jpg" in table
    assert "90.0" in table
    assert "sharpness low" in table
    assert "higher is better, by aesthetics 1 on cpu" in table
    assert "bad.jpg: It is cut short." in table


def test_in_a_narrow_terminal_names_and_words_stay_whole() -> None:
    out = StringIO()
    deep = Outcome(file=Path("a/long/way/down/to/DSC_0042.jpg"), photo_id="3", critique=make_critique(60))
    print_scores([deep], Console(file=out, width=80))
    assert "DSC_0042.jpg" in out.getvalue()
    assert "sharpness low" in out.getvalue()


def test_files_of_one_name_are_distinguished_by_their_folders() -> None:
    out = StringIO()
    both = [Outcome(file=Path(folder) / "1.jpg", photo_id=folder, critique=make_critique(60)) for folder in "ab"]
    print_scores(both, Console(file=out, width=80))
    assert "a/1.jpg" in out.getvalue()
    assert "b/1.jpg" in out.getvalue()


def test_a_file_name_cannot_steer_the_terminal() -> None:
    out = StringIO()
    evil = Outcome(file=Path("a\x1b[2J\nb.jpg"), critique=make_critique())
    print_scores([evil], Console(file=out, width=120))
    assert "\x1b" not in out.getvalue()
    assert "a�[2J�b.jpg" in out.getvalue()


def test_csv_has_a_line_a_file() -> None:
    out = StringIO()
    write_csv([GOOD, FAIR, BAD], out)
    good, fair, bad = csv.DictReader(StringIO(out.getvalue()))
    assert (good["score"], good["sharpness"], good["label"]) == ("90.0", "0.125", "pleasing")
    assert fair["file"] == "fair, with comma.jpg"
    assert (bad["score"], bad["error_code"], bad["error"]) == ("", "photo_corrupt", "It is cut short.")


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0.jpg", "+1.jpg", "-1.jpg", "@sum.jpg", "＝1.jpg"])
def test_csv_runs_no_formula(name: str) -> None:
    out = StringIO()
    bad = PhotoCorrupt("=HYPERLINK(1)").problem()
    write_csv([Outcome(file=Path(name), critique=make_critique(40)), Outcome(file=Path(name), problem=bad)], out)
    scored, failed = csv.DictReader(StringIO(out.getvalue()))
    assert (scored["file"], failed["error"]) == (f"'{name}", "'=HYPERLINK(1)")
    assert scored["score"] == "40.0"


def test_json_has_everything() -> None:
    out = StringIO()
    write_json([GOOD, BAD], out)
    good, bad = json.loads(out.getvalue())
    assert GOOD.critique is not None
    assert good["critique"] == GOOD.critique.model_dump(mode="json", exclude_none=True)
    assert (good["file"], good["photo_id"]) == ("good [red].jpg", "2")
    assert bad["problem"]["code"] == "photo_corrupt"
    assert "critique" not in bad
