"""What people said in other programs is read from wherever those programs write it."""

import io
from typing import Any

import pillow_heif
import pytest
from PIL import Image

from critic_core.contracts.album import Choice, Flag
from critic_core.metadata.stated_choice import StatedChoice, first_stated, of_choice, of_file, of_sidecar

NAMESPACES = {
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpDM": "http://ns.adobe.com/xmp/1.0/DynamicMedia/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "MicrosoftPhoto": "http://ns.microsoft.com/photo/1.0/",
    "photomechanic": "http://ns.camerabits.com/photomechanic/1.0/",
    "acdsee": "http://ns.acdsee.com/iptc/1.0/",
    "critic": "https://photo-critic.github.io/ns/1.0/",
}


def xmp(as_elements: bool = False, **values: str) -> bytes:
    """A sidecar with these properties, `prefix_name`."""
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
    named = {name.replace("_", ":"): value for name, value in values.items()}
    elements = "".join(f"<{name}>{value}</{name}>" for name, value in named.items()) if as_elements else ""
    attributes = "" if as_elements else " ".join(f'{name}="{value}"' for name, value in named.items())
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{rdf}"><rdf:Description rdf:about="" {declared} '
        f"{attributes}>{elements}</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


STATEMENTS = [
    ({"xmp_Rating": "5"}, StatedChoice(5)),
    ({"xmp_Rating": "3.0"}, StatedChoice(3)),
    ({"xmp_Rating": "-1"}, StatedChoice(-1)),
    ({"xmp_Rating": "0"}, StatedChoice()),
    ({"xmp_Rating": "6"}, StatedChoice()),
    ({"xmp_Rating": "many"}, StatedChoice()),
    ({"xmp_Rating": "4", "critic_rating": "4"}, StatedChoice()),
    ({"xmp_Rating": "5", "critic_rating": "4"}, StatedChoice(5)),
    ({"MicrosoftPhoto_Rating": "75"}, StatedChoice(4)),
    ({"MicrosoftPhoto_Rating": "0"}, StatedChoice()),
    ({"acdsee_rating": "4"}, StatedChoice(4)),
    ({"acdsee_rating": "4", "xmp_Rating": "0"}, StatedChoice()),
    ({"xmpDM_pick": "1"}, StatedChoice(flag=Flag.pick)),
    ({"xmpDM_pick": "-1", "xmp_Rating": "2"}, StatedChoice(2, Flag.reject)),
    ({"xmpDM_pick": "0"}, StatedChoice()),
    ({"xmpDM_good": "True"}, StatedChoice(flag=Flag.pick)),
    ({"digiKam_PickLabel": "3"}, StatedChoice(flag=Flag.pick)),
    ({"digiKam_PickLabel": "1"}, StatedChoice(flag=Flag.reject)),
    ({"digiKam_PickLabel": "2"}, StatedChoice()),
    ({"photomechanic_Tagged": "True"}, StatedChoice(flag=Flag.pick)),
]


@pytest.mark.parametrize("as_elements", [False, True])
@pytest.mark.parametrize(("values", "expected"), STATEMENTS)
def test_each_program_in_its_own_property(values: dict[str, str], expected: StatedChoice, as_elements: bool) -> None:
    assert of_sidecar(xmp(as_elements, **values)) == expected


@pytest.mark.parametrize("as_resource", [True, False])
def test_a_rating_with_a_qualifier_counts(as_resource: bool) -> None:
    """XMP Specification Part 1, 7.8: its value is in rdf:value."""
    value = "<rdf:value>4</rdf:value><xmpDM:good>no</xmpDM:good>"
    nested = value if as_resource else f"<rdf:Description>{value}</rdf:Description>"
    plain = xmp(as_elements=True, xmp_Rating="").decode()
    kind = ' rdf:parseType="Resource"' if as_resource else ""
    sidecar = plain.replace("<xmp:Rating></xmp:Rating>", f"<xmp:Rating{kind}>{nested}</xmp:Rating>")
    assert of_sidecar(sidecar.encode()) == StatedChoice(4)


@pytest.mark.parametrize(
    "noise", [b"", b"no xml", b"<x/>", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', b"\xff\xfe<", bytes(9)]
)
def test_what_is_no_xmp_says_nothing(noise: bytes) -> None:
    assert not of_sidecar(noise)


def photo(kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (32, 24)).save(out, kind, **options)
    return out.getvalue()


def exif(tags: dict[int, int]) -> Image.Exif:
    block = Image.Exif()
    block.update(tags)
    return block


@pytest.fixture(autouse=True, scope="module")
def heif_can_be_written() -> None:
    pillow_heif.register_heif_opener()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_stars_in_the_exif_of_every_format(kind: str) -> None:
    assert of_file(photo(kind, exif=exif({0x4746: 5}))) == StatedChoice(5)
    assert of_file(photo(kind, exif=exif({0x4749: 50}))) == StatedChoice(3)
    assert not of_file(photo(kind, exif=exif({0x4746: 0})))


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF", "HEIF"])
def test_stars_in_the_xmp_of_a_file_come_before_its_exif(kind: str) -> None:
    assert of_file(photo(kind, xmp=xmp(xmp_Rating="-1"), exif=exif({0x4746: 5}))) == StatedChoice(-1)


@pytest.mark.parametrize(
    "noise", [b"", b"\xff\xd8\xff\xe1", b"II*\0\xff\xff\xff\xff", b"FUJIFILMCCD-RAW", b"Exif\0\0II", bytes(64)]
)
def test_a_damaged_file_says_nothing(noise: bytes) -> None:
    assert not of_file(noise)


def test_the_first_source_counts_for_rating_and_flag_apart() -> None:
    sources = [StatedChoice(flag=Flag.pick), StatedChoice(2), StatedChoice(5, Flag.reject)]
    assert first_stated(sources) == StatedChoice(2, Flag.pick)


@pytest.mark.parametrize(
    ("stated", "rating", "choice"),
    [
        (StatedChoice(-1), -1, Choice(flag=Flag.reject)),
        (StatedChoice(flag=Flag.reject), -1, Choice(flag=Flag.reject)),
        (StatedChoice(4, Flag.reject), 4, Choice(flag=Flag.reject, stars=4)),
        (StatedChoice(-1, Flag.pick), 0, Choice(flag=Flag.pick)),
        (StatedChoice(flag=Flag.pick), None, Choice(flag=Flag.pick)),
        (of_choice(Choice(flag=Flag.reject)), -1, Choice(flag=Flag.reject)),
        (of_choice(Choice(stars=0)), 0, Choice()),
    ],
)
def test_as_rating_and_as_decision(stated: StatedChoice, rating: int | None, choice: Choice) -> None:
    assert (stated.xmp_rating, stated.choice) == (rating, choice)
