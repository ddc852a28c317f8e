"""The journal: uploaded files are known unless they changed; a damaged journal counts as missing."""

import os
from pathlib import Path

import pytest

from critic_cli.culling.journal import Journal, file_state
from critic_cli.culling.same_stem import Shot

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


def test_a_file_that_changed_while_it_was_uploaded_is_not_known(tmp_path: Path, shot: Shot) -> None:
    written, state = journal(tmp_path), file_state(shot)
    written.begin("album")
    shot.upload.write_bytes(b"edited pixels")
    written.append(shot, "photo", state)
    assert written.photo_id(shot) is None


@pytest.mark.parametrize("lines", ["", "{}", "no json", "[]"])
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


@pytest.mark.parametrize("cut", ['{"path": ', '{"other": 1}', "\x00\x00", '{"path": "/shoot/2.jpg", "size": 1}'])
def test_a_damaged_line_costs_one_line(tmp_path: Path, shot: Shot, cut: str) -> None:
    written = journal(tmp_path)
    written.begin("album")
    written.append(shot, "photo")
    (file,) = (tmp_path / "state" / "culling").iterdir()
    file.write_text(file.read_text() + cut)
    again = journal(tmp_path)
    assert (again.load(), again.photo_id(shot)) == ("album", "photo")
    again.append(shot, "later")  # on a line of its own
    last = journal(tmp_path)
    assert (last.load(), last.photo_id(shot)) == ("album", "later")


def test_photos_that_left_are_forgotten(tmp_path: Path, shot: Shot) -> None:
    written = journal(tmp_path)
    written.begin("album")
    written.append(shot, "photo")
    written.forget({"photo"})
    again = journal(tmp_path)
    assert (again.load(), again.photo_ids()) == ("album", set())


def test_a_file_is_found_by_its_path_or_stem(tmp_path: Path, shot: Shot) -> None:
    written = journal(tmp_path)
    written.begin("album")
    written.append(shot, "photo")
    assert [written.find(shot.upload.with_name(name)) for name in ("a.jpg", "a.NEF", "b.jpg")] == [
        "photo",
        "photo",
        None,
    ]


def test_pixels_raw_file_is_found_by_the_jpeg_of_its_picture(tmp_path: Path, shot: Shot) -> None:
    jpeg = shot.upload.rename(shot.upload.with_name("PXL_1.RAW-01.COVER.jpg"))
    written = journal(tmp_path)
    written.begin("album")
    written.append(Shot(jpeg, (jpeg,)), "photo")
    assert written.find(jpeg.with_name("PXL_1.RAW-02.ORIGINAL.dng")) == "photo"
