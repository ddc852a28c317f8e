"""The journal: uploaded files are known unless they changed; a damaged journal counts as missing."""

import os
from pathlib import Path

import pytest

from critic_cli.culling.journal import Journal
from critic_cli.culling.raw_jpeg_pairs import Shot

URL = "http://127.0.0.1:8000"


@pytest.fixture
def shot(tmp_path: Path) -> Shot:
    file = tmp_path / "photos" / "a.jpg"
    file.parent.mkdir()
    file.write_bytes(b"pixels")
    return Shot(file, (file,))


def journal(tmp_path: Path, url: str = URL) -> Journal:
    return Journal(tmp_path / "photos", url, tmp_path / "state")


def test_uploaded_files_are_known_in_the_next_run(tmp_path: Path, shot: Shot) -> None:
    first = journal(tmp_path)
    assert first.load() is None
    first.begin("album")
    first.append(shot, "photo")
    again = journal(tmp_path)
    assert (again.load(), again.photo_id(shot)) == ("album", "photo")
    assert journal(tmp_path, "http://elsewhere").load() is None


def test_a_file_that_changed_is_not_known(tmp_path: Path, shot: Shot) -> None:
    written = journal(tmp_path)
    written.begin("album")
    written.append(shot, "photo")
    os.utime(shot.upload, (1, 1))
    assert written.photo_id(shot) is None
    shot.upload.unlink()
    assert written.photo_id(shot) is None


@pytest.mark.parametrize("lines", ["", "{}", '{"album": "x"}\n{"path": ', "no json", '{"album": "x"}\n{"other": 1}'])
def test_a_damaged_journal_counts_as_missing(tmp_path: Path, shot: Shot, lines: str) -> None:
    written = journal(tmp_path)
    written.begin("album")
    (file,) = (tmp_path / "state" / "culling").iterdir()
    file.write_text(lines)
    assert journal(tmp_path).load() is None


def test_names_that_are_no_unicode(tmp_path: Path, shot: Shot) -> None:
    odd = shot.upload.with_name(os.fsdecode(b"caf\xe9.jpg"))
    try:
        odd.write_bytes(b"pixels")
    except OSError:
        pytest.skip("this file system takes no such names")
    written = journal(tmp_path)
    written.begin("album")
    written.append(Shot(odd, (odd,)), "photo")
    again = journal(tmp_path)
    assert (again.load(), again.photo_id(Shot(odd, (odd,)))) == ("album", "photo")
