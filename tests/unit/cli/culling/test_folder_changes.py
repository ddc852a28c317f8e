"""The album follows the folder, and decisions survive an interruption at any point."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from critic_cli.culling.folder_changes import remove_missing, restore_decisions
from critic_cli.culling.journal import Journal
from critic_cli.culling.same_stem import Shot
from critic_client import Client
from critic_core.contracts.album import AlbumPhoto, Choice, Decision, Decisions, Flag

PICK = Choice(flag=Flag.pick, stars=4)
RESTORED = datetime(2026, 6, 2, tzinfo=UTC)
PICKED = Decision(flag=Flag.pick, stars=4, at=datetime(2026, 6, 1, tzinfo=UTC))


def album_photo(photo_id: str, **fields: Any) -> AlbumPhoto:
    defaults = {"state": "done", "media_type": "image/jpeg", "size_bytes": 6, "sha256": "a" * 64, "path": "card/a.jpg"}
    return AlbumPhoto.model_validate({"id": photo_id} | defaults | fields)


class Album:
    """The calls of a client that the functions use."""

    def __init__(self, *photos: AlbumPhoto) -> None:
        self.photos = list(photos)
        self.decisions: dict[str, Choice] = {}
        self.client = cast("Client", SimpleNamespace(albums=self, delete=self.delete))

    def ranking(self, album_id: str) -> list[AlbumPhoto]:
        return list(self.photos)

    def delete(self, photo_id: str) -> None:
        self.photos = [photo for photo in self.photos if photo.id != photo_id]

    def decide(self, album_id: str, photo_id: str, choice: Choice) -> Decisions:
        self.decisions[photo_id] = choice
        return Decisions(current=Decision(flag=choice.flag, stars=choice.stars, at=RESTORED))


@pytest.fixture
def shot(tmp_path: Path) -> Shot:
    file = tmp_path / "photos" / "card" / "a.jpg"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"pixels")
    return Shot(file, (file,))


@pytest.fixture
def journal(tmp_path: Path, shot: Shot) -> Journal:
    started = Journal(tmp_path / "photos", "local", tmp_path / "state")
    started.begin("album")
    started.append(shot, "old")
    return started


def next_run(tmp_path: Path) -> Journal:
    """The journal as the run after an interruption finds it."""
    journal = Journal(tmp_path / "photos", "local", tmp_path / "state")
    assert journal.load() == "album"
    return journal


@pytest.mark.parametrize("returned", [{"path": "renamed/a.jpg"}, {"sha256": "b" * 64}])
def test_an_interruption_after_the_removal_loses_no_decision(
    tmp_path: Path, journal: Journal, shot: Shot, returned: dict[str, str]
) -> None:
    album = Album(album_photo("old", decision=PICKED))
    shot.upload.unlink()
    assert remove_missing(album.client, "album", [], journal, []) == 1
    assert album.photos == []
    later = next_run(tmp_path)
    assert remove_missing(album.client, "album", [], later, []) == 0
    new = album_photo("new", **returned)
    restore_decisions(album.client.albums, "album", later, [new])
    assert album.decisions == {"new": PICK}


def test_equal_bytes_return_in_a_later_run_and_a_path_may_be_another_pictures(
    tmp_path: Path, journal: Journal, shot: Shot
) -> None:
    album = Album(album_photo("old", decision=PICKED))
    shot.upload.unlink()
    remove_missing(album.client, "album", [], journal, [])
    restore_decisions(album.client.albums, "album", journal, [])
    photos = [album_photo("same path", sha256="b" * 64), album_photo("back", path="b.jpg")]
    restore_decisions(album.client.albums, "album", next_run(tmp_path), photos)
    assert album.decisions == {"back": PICK}
    assert not next_run(tmp_path).decisions.load().by_digest


def test_a_decision_in_the_album_is_the_later_one(tmp_path: Path, journal: Journal, shot: Shot) -> None:
    album = Album(album_photo("old", decision=PICKED))
    shot.upload.unlink()
    remove_missing(album.client, "album", [], journal, [])
    decided = album_photo("new", decision=PICKED.model_copy(update={"flag": Flag.reject}))
    restore_decisions(album.client.albums, "album", journal, [decided])
    assert album.decisions == {}


def test_photos_of_an_unreadable_folder_stay(journal: Journal, shot: Shot) -> None:
    album = Album(album_photo("old"))
    assert remove_missing(album.client, "album", [], journal, [shot.upload.parent]) == 0
    assert remove_missing(album.client, "album", [], journal, [shot.upload.parents[1] / "other"]) == 1


def test_a_file_that_cannot_be_read_now_has_not_changed(
    journal: Journal, shot: Shot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "stat", refuse)
    assert journal.photo_id(shot) == "old"


def test_a_restored_decision_is_as_old_as_before(tmp_path: Path, journal: Journal, shot: Shot) -> None:
    decided = album_photo("first", decision=PICKED)
    shot.upload.unlink()
    for name in ("second", "third"):
        album = Album(decided)
        journal.append(shot, decided.id)
        remove_missing(album.client, "album", [], journal, [])
        restore_decisions(album.client.albums, "album", journal, [album_photo(name)])
        decided = album_photo(name, decision=PICKED.model_copy(update={"at": RESTORED}))
        assert next_run(tmp_path).decisions.load().made_at(decided) == PICKED.at
    later = datetime(2026, 6, 3, tzinfo=UTC)
    decided = album_photo("third", decision=PICKED.model_copy(update={"at": later}))
    assert next_run(tmp_path).decisions.load().made_at(decided) == later
