"""The journal: what was sent is known, unless it changed; a journal that was cut short is none."""

import os
from pathlib import Path

import pytest

from critic_cli.culling.journal import Journal
from critic_cli.culling.shots import Shot

URL = "http://127.0.0.1:8000"


@pytest.fixture
def shot(tmp_path: Path) -> Shot:
    file = tmp_path / "photos" / "a.jpg"
    file.parent.mkdir()
    file.write_bytes(b"pixels")
    return Shot(file, (file,))


def journal(tmp_path: Path, url: str = URL) -> Journal:
    return Journal(tmp_path / "photos", url, tmp_path / "state")


def test_what_was_sent_is_known_in_the_next_run(tmp_path: Path, shot: Shot) -> None:
    first = journal(tmp_path)
    assert first.album() is None
    first.begin("album")
    first.keep(shot, "photo")
    again = journal(tmp_path)
    assert (again.album(), again.photo(shot)) == ("album", "photo")
    assert journal(tmp_path, "http://elsewhere").album() is None


def test_a_file_that_changed_is_not_known(tmp_path: Path, shot: Shot) -> None:
    kept = journal(tmp_path)
    kept.begin("album")
    kept.keep(shot, "photo")
    os.utime(shot.sent, (1, 1))
    assert kept.photo(shot) is None
    shot.sent.unlink()
    assert kept.photo(shot) is None


@pytest.mark.parametrize("lines", ["", "{}", '{"album": "x"}\n{"path": ', "no json", '{"album": "x"}\n{"other": 1}'])
def test_a_journal_that_makes_no_sense_is_none(tmp_path: Path, shot: Shot, lines: str) -> None:
    kept = journal(tmp_path)
    kept.begin("album")
    (file,) = (tmp_path / "state" / "culling").iterdir()
    file.write_text(lines)
    assert journal(tmp_path).album() is None


def test_names_that_are_no_unicode(tmp_path: Path, shot: Shot) -> None:
    odd = shot.sent.with_name(os.fsdecode(b"caf\xe9.jpg"))
    try:
        odd.write_bytes(b"pixels")
    except OSError:
        pytest.skip("this file system takes no such names")
    kept = journal(tmp_path)
    kept.begin("album")
    kept.keep(Shot(odd, (odd,)), "photo")
    again = journal(tmp_path)
    assert (again.album(), again.photo(Shot(odd, (odd,)))) == ("album", "photo")
