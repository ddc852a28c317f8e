"""Sources of exports: proposals in pages, pictures from storage, the name of the file."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from critic_core.contracts.album import Album, Counts, Proposal, Verdict
from critic_core.contracts.errors import PhotoNotFound
from critic_core.exports.registry import EXPORTS
from critic_core.runtime.storage import Storage, photo_key, preview_key
from critic_core.stores.album_results import SectionKey
from critic_gateway.albums import export_sources
from critic_gateway.albums.export_sources import StoredPictures, content_disposition, proposals
from critic_gateway.albums.queries import AlbumQueries, RowsPage

NOW = datetime.now(UTC)
NONE = Counts(photos=0, pending=0, done=0, failed=0)


def row(number: int) -> str:
    return Proposal(
        id=f"p{number}", sha256="0", verdict=Verdict.keep, rank=1, quality=1, score=90, percentile=9, reasons=()
    ).model_dump_json()


class Rows(AlbumQueries):
    """Five rows of a result."""

    def __init__(self) -> None:
        pass

    def page(self, key: SectionKey, token: str, first: int, limit: int, containing: str = "") -> RowsPage:
        rows = [row(number) for number in range(5)]
        return RowsPage("{}", rows[first : first + limit], first + limit if first + limit < 5 else None)


def test_proposals_are_read_in_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_sources, "ROWS_PER_READ", 2)
    found = proposals(Rows(), SectionKey("a", "q", "photos"), "token")
    assert [proposal.id for proposal in found] == ["p0", "p1", "p2", "p3", "p4"]


def test_pictures_come_from_storage(tmp_path: Path) -> None:
    storage = Storage(tmp_path.as_uri())
    storage.put(photo_key("p1"), b"original")
    storage.put(preview_key("p1"), b"preview")
    pictures = StoredPictures(storage)
    assert (b"".join(pictures.original("p1")), pictures.preview("p1")) == (b"original", b"preview")
    with pytest.raises(PhotoNotFound):
        pictures.preview("p2")


@pytest.mark.parametrize(
    ("name", "plain", "encoded"),
    [(None, "album.csv", "album.csv"), ("Zoë", "Zo_.csv", "Zo%C3%AB.csv"), ('a"b', "a_b.csv", "a_b.csv")],
)
def test_a_file_has_the_albums_name(name: str | None, plain: str, encoded: str) -> None:
    album = Album(id="a", name=name, created_at=NOW, expires_at=NOW, counts=NONE)
    header = content_disposition(album, EXPORTS["csv"])
    assert header == f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
