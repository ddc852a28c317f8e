"""Each format: read back with a reader of its own kind, with hostile names, and without holding an album whole."""

import codecs
import csv
import io
import json
import zipfile
from collections.abc import Iterator

import pytest
from lxml import html
from tests.unit.core.exports.export_input import PREVIEW, Pictures, export_input, proposal, written

from critic_core.contracts.album import Decision, Flag, Proposal, Verdict
from critic_core.contracts.errors import InvalidRequest
from critic_core.exports.archive_names import Names
from critic_core.exports.document import AlbumDocument
from critic_core.exports.export import Export, ExportInput, ExportOptions, LabelMap, Naming, StarMap
from critic_core.exports.registry import EXPORTS

KEEPER, MAYBE, REJECTED = proposal(0, rating=4), proposal(1, Verdict.maybe, score=10.0), proposal(2, Verdict.reject)


def opened(export: str, *proposals: Proposal, **options: object) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(written(EXPORTS[export], *proposals, **options)))
    assert archive.testzip() is None
    return archive


def test_csv_has_a_line_a_photo() -> None:
    data = written(EXPORTS["csv"], KEEPER, MAYBE, REJECTED)
    assert data.startswith(codecs.BOM_UTF8)  # without the mark, Excel reads names as Windows-1252
    text = data.decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [(line["file_name"], line["verdict"], line["stars"]) for line in lines] == [
        ("IMG_0000.JPG", "keep", "4"), ("IMG_0001.JPG", "maybe", ""), ("IMG_0002.JPG", "reject", ""),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@sum", "\ttab", "\n=1", "＝1", 'a"b,c\nd'])
def test_csv_runs_no_formula(name: str) -> None:
    rows = list(
        csv.DictReader(io.StringIO(written(EXPORTS["csv"], proposal(file_name=name)).decode("utf-8-sig"), newline=""))
    )
    assert rows[0]["file_name"] in (f"'{name}", 'a"b,c\nd')


def test_json_is_what_its_schema_says() -> None:
    decided = proposal(3, decision=Decision(flag=Flag.pick, stars=2, at="2026-06-01T12:00:00Z"))  # type: ignore[arg-type]
    document = AlbumDocument.model_validate_json(written(EXPORTS["json"], KEEPER, decided, REJECTED))
    assert [photo.stars for photo in document.photos] == [4, 2, None]
    assert document.photos[0].proposal == KEEPER
    assert document.album.name == "Wedding"


def test_json_of_nothing_is_json() -> None:
    assert json.loads(written(EXPORTS["json"]))["photos"] == []


@pytest.mark.parametrize(
    ("naming", "expected"),
    [
        (Naming.adobe, ["IMG.xmp"]),
        (Naming.darktable, ["IMG.CR2.xmp"]),
        (Naming.both, ["IMG.xmp", "IMG.CR2.xmp"]),
    ],
)
def test_sidecars_in_both_namings(naming: Naming, expected: list[str]) -> None:
    archive = opened("xmp", proposal(file_name="IMG.CR2", rating=4), options=ExportOptions(naming=naming))
    assert archive.namelist() == expected
    assert b'Rating="4"' in archive.read(expected[0])


def test_raw_and_jpeg_of_one_name_share_the_better_ones_sidecar() -> None:
    """The better one is the one to keep, whatever its rank."""
    archive = opened("xmp", proposal(0, Verdict.reject, file_name="A.JPG"), proposal(1, file_name="A.CR2"))
    assert archive.namelist() == ["A.xmp", "A.CR2.xmp", "A.JPG.xmp"]
    assert b"Photo Critic keep" in archive.read("A.xmp")


@pytest.mark.parametrize("export", ["xmp", "zip"])
def test_equal_names_in_two_folders_stay_apart(export: str) -> None:
    cards = [proposal(number, file_name="DSC_1.JPG", path=f"card{number}/DSC_1.JPG") for number in (1, 2)]
    names = {name for name in opened(export, *cards).namelist() if name.endswith("DSC_1.xmp")}
    assert names == {"card1/DSC_1.xmp", "card2/DSC_1.xmp"}
    text = written(EXPORTS["csv"], *cards).decode("utf-8-sig")
    assert [row["path"] for row in csv.DictReader(io.StringIO(text))] == ["card1/DSC_1.JPG", "card2/DSC_1.JPG"]


def test_keepers_are_the_originals_and_only_they() -> None:
    archive = opened("zip", KEEPER, MAYBE, REJECTED)
    assert archive.namelist() == ["IMG_0000.JPG", "IMG_0000.xmp", "IMG_0000.JPG.xmp"]
    assert archive.read("IMG_0000.JPG") == b"original " + KEEPER.id.encode()


def test_a_deleted_keeper_is_listed_and_stops_nothing() -> None:
    second = proposal(4)
    archive = opened("zip", KEEPER, second, deleted=(KEEPER.id,))
    assert "IMG_0004.JPG" in archive.namelist()
    assert b"IMG_0000.JPG" in archive.read("missing.txt")


HOSTILE = [
    "../../etc/passwd",
    "/abs.jpg",
    "C:\\x\\..\\evil.jpg",
    "nul.jpg",
    "a\x00b.jpg",
    "..",
    "  ",
    "",
    None,
    "x" * 300,
]


@pytest.mark.parametrize("export", ["zip", "xmp"])
def test_names_in_archives_are_harmless_and_different(export: str) -> None:
    photos = [proposal(number, file_name=name) for number, name in enumerate([*HOSTILE, "Same.jpg", "same.JPG"])]
    names = opened(export, *photos).namelist()
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert not set(name) & set('\\:*?"<>|\0')
        assert not name.startswith((".", "nul", "/"))
        assert ".." not in name.split("/")
        assert len(name) < 250


def test_names_are_numbered() -> None:
    names = Names()
    assigned = [names.assign(name, "x") for name in ("a.jpg", "A.JPG", "a.jpg", None)]
    assert assigned == ["a.jpg", "A (2).JPG", "a (3).jpg", "x"]


def test_the_contact_sheet_stands_alone() -> None:
    text = written(EXPORTS["html"], KEEPER, MAYBE, REJECTED, deleted=(MAYBE.id,)).decode()
    page = html.fromstring(text)
    assert not page.xpath("//script | //link | //iframe | //*[@onload or @onerror]")
    assert [picture.get("src")[:23] for picture in page.xpath("//img")] == ["data:image/jpeg;base64,"]
    assert "http" not in text.replace('http-equiv="Content-Security-Policy"', "")
    assert [heading.text_content() for heading in page.xpath("//h2")] == ["Keep 1", "Maybe 1", "Reject 1"]
    assert page.xpath("//div[@class='deleted']")


def test_the_contact_sheet_believes_no_name() -> None:
    evil = '"><script>alert(1)</script>'
    page = html.fromstring(written(EXPORTS["html"], proposal(file_name=evil), name=evil).decode())
    assert not page.xpath("//script")
    assert evil in page.text_content()
    assert page.xpath("//title")[0].text == evil


PHOTOS, KEEPERS = 2000, 40


@pytest.mark.parametrize("name", EXPORTS)
def test_a_large_album_is_streamed(name: str) -> None:
    """Every keeper leaves in a chunk of its own before the next one is read."""
    reads: list[int] = []
    positions, largest = set[int](), 0
    for chunk in EXPORTS[name].write(_large_album(reads)):
        positions.add(len(reads))
        largest = max(largest, len(chunk))
    assert len(positions) >= KEEPERS
    assert largest < 100_000


def _large_album(reads: list[int]) -> ExportInput:
    def proposals() -> Iterator[Proposal]:
        plain = proposal()
        for number in range(PHOTOS):
            reads.append(number)
            verdict = Verdict.keep if number % (PHOTOS // KEEPERS) == 0 else Verdict.reject
            yield plain.model_copy(update={"file_name": f"{number}.jpg", "verdict": verdict})

    return ExportInput(export_input().album, proposals, ExportOptions(), Pictures())


@pytest.mark.parametrize(("percent", "stars"), [(10, 1), (20, 1), (20.1, 2), (60, 3), (80, 4), (100, 5)])
def test_stars_follow_the_rank_among_the_keepers(percent: float, stars: int) -> None:
    assert StarMap().of(proposal(keeper_percent=percent)) == stars
    assert StarMap().of(proposal(verdict=Verdict.maybe)) is None


def test_the_map_can_be_edited() -> None:
    assert StarMap.parse("10, 20,30,40") == StarMap((10, 20, 30, 40))
    assert StarMap.parse("") is None
    assert LabelMap.parse("keep=Green, maybe=Yellow").labels == {Verdict.keep: "Green", Verdict.maybe: "Yellow"}


@pytest.mark.parametrize("text", ["keep", "best=Green", "keep=", "keep=Red,keep=Green", "keep=Green\n-if"])
def test_labels_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        LabelMap.parse(text)


@pytest.mark.parametrize("text", ["1,2,3", "1,2,3,4,5", "4,3,2,1", "1,1,2,3", "a,b,c,d", "-1,2,3,4", "1,2,3,nan"])
def test_a_map_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        StarMap.parse(text)


def test_every_export_says_what_it_is() -> None:
    assert set(EXPORTS) == {"csv", "json", "xmp", "exiftool", "zip", "html"}
    assert all(isinstance(export, Export) and export.media_type and export.suffix for export in EXPORTS.values())
    assert PREVIEW.startswith(b"\xff\xd8")
