"""Sidecars as programs write them, in every form that XMP allows: after a merge each outside reader reads all of it."""

import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.core.exports.export_input import proposal

from critic_core.exports.sidecar_merge import SidecarContent, merge_sidecar
from critic_core.metadata.xmp import read_xmp

RDF, XMP = "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "http://ns.adobe.com/xap/1.0/"
DC, DARKTABLE = "http://purl.org/dc/elements/1.1/", "http://darktable.sf.net/"
CONTENT = SidecarContent(proposal(7, scene="019dd0a2-7c41-7d0e-9c4f-0000aaaa0002"), rating=4)


STATED_BY_PEOPLE = [
    '<xmp:Rating><rdf:Description rdf:value="3" xmp:Nickname="a"/></xmp:Rating>',
    '<xmp:Label><rdf:Alt><rdf:li xml:lang="x-default">Red</rdf:li></rdf:Alt></xmp:Label>',
    '<xmp:Label><rdf:Bag><rdf:li><rdf:Description rdf:value="Red"/></rdf:li></rdf:Bag></xmp:Label>',
]


def wrapped(inner: str) -> str:
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}">{inner}</rdf:RDF></x:xmpmeta>'


def description(attributes: str, inner: str = "") -> str:
    begin = f'<rdf:Description rdf:about="" xmlns:darktable="{DARKTABLE}" darktable:history_end="3"'
    return f"{begin} {attributes}>{inner}</rdf:Description>"


TWO_PREFIXES = f"""xmlns:ns0="{XMP}" ns0:CreatorTool="darktable" """
DOCUMENTS = {
    "without ours": wrapped(description("")),
    "bare rdf": f'<rdf:RDF xmlns:rdf="{RDF}">{description("")}</rdf:RDF>',
    "empty rdf": f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}"/></x:xmpmeta>',
    "other prefix": wrapped(description(f'xmlns:xap="{XMP}" xap:CreatorTool="Photoshop 7"')),
    "two prefixes": wrapped(
        description(
            TWO_PREFIXES,
            f'<dc:subject xmlns:dc="{DC}" xmlns:xmp="{XMP}"><rdf:Bag><rdf:li>sea</rdf:li></rdf:Bag></dc:subject>',
        )
    ),
    "our prefix for another namespace": wrapped(description('xmlns:lr="http://example.org/lr/" lr:Lens="50"')),
    "in the second description": wrapped(
        description("") + f'<rdf:Description rdf:about="" xmlns:xmp="{XMP}" xmlns:dc="{DC}" xmp:CreatorTool="digiKam"/>'
    ),
    "keywords as text": wrapped(description("", f'<dc:subject xmlns:dc="{DC}">sea</dc:subject>')),
    "keywords as attribute": wrapped(description(f'xmlns:dc="{DC}" dc:subject="sea"')),
    "keywords as sequence": wrapped(
        description("", f'<dc:subject xmlns:dc="{DC}"><rdf:Seq><rdf:li>sea</rdf:li></rdf:Seq></dc:subject>')
    ),
    "keyword with a qualifier": wrapped(
        description(
            "",
            f'<dc:subject xmlns:dc="{DC}" rdf:parseType="Resource"><rdf:value>sea</rdf:value><dc:type>a</dc:type>'
            "</dc:subject>",
        )
    ),
    "no keywords": wrapped(description("", f'<dc:subject xmlns:dc="{DC}"/>')),
    "rating with a qualifier": wrapped(
        description(
            f'xmlns:xmp="{XMP}"',
            '<xmp:Rating rdf:parseType="Resource"><rdf:value>0</rdf:value><xmp:Label>a</xmp:Label></xmp:Rating>',
        )
    ),
    "rating with a value attribute": wrapped(description(f'xmlns:xmp="{XMP}"', '<xmp:Rating rdf:value="0"/>')),
    "rating with a value within": wrapped(
        description(f'xmlns:xmp="{XMP}"', '<xmp:Rating><rdf:Description rdf:value="0"/></xmp:Rating>')
    ),
    "comment in the rating": wrapped(description(f'xmlns:xmp="{XMP}"', "<xmp:Rating><!-- none -->0</xmp:Rating>")),
    "the root's older name": wrapped(description("")).replace("x:xmpmeta", "x:xapmeta"),
    "rating as element": wrapped(description("", f'<xmp:Rating xmlns:xmp="{XMP}">0</xmp:Rating>')),
}
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": None,
    "utf-16-be": None,
    "utf-32": None,
}


def run(program: str, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """An outside reader. Without it the test is skipped at home, and fails in CI."""
    if shutil.which(program) is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{program} is not here")
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60)


def by_exiv2(folder: Path, sidecar: bytes) -> dict[str, list[str]]:
    """Values by Exiv2's key."""
    file = folder / "IMG.xmp"
    file.write_bytes(sidecar)
    ran = run("exiv2", "-PXkt", file)
    assert "Error" not in ran.stderr, ran.stderr
    values: dict[str, list[str]] = {}
    for line in ran.stdout.splitlines():
        key, _, value = line.partition(" ")
        values.setdefault(key, []).append(value.strip())
    return values


@pytest.mark.parametrize("name", DOCUMENTS)
def test_exiv2_reads_what_was_there_and_what_is_new(tmp_path: Path, name: str) -> None:
    values = by_exiv2(tmp_path, merge_sidecar(DOCUMENTS[name].encode(), CONTENT))
    assert values["Xmp.xmp.Rating"] == ["4"]
    words = ", ".join(values["Xmp.dc.subject"])
    assert words.endswith("Photo Critic keep, Photo Critic scene aaaa0002")
    assert words.startswith("sea") == ("sea" in DOCUMENTS[name])
    for tool in re.findall(r'CreatorTool="([^"]+)"', DOCUMENTS[name]):
        assert values["Xmp.xmp.CreatorTool"] == [tool]
    if "history_end" in DOCUMENTS[name]:
        assert values["Xmp.darktable.history_end"] == ["3"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_twice_is_once(name: str) -> None:
    once = merge_sidecar(DOCUMENTS[name].encode(), CONTENT)
    assert merge_sidecar(once, CONTENT) == once


@pytest.mark.parametrize("stated", STATED_BY_PEOPLE)
def test_values_of_people_stay_in_every_form(stated: str) -> None:
    existing = wrapped(description(f'xmlns:xmp="{XMP}"', stated)).encode()
    merged = read_xmp(merge_sidecar(existing, replace(CONTENT, label="Green")))
    stated_values = read_xmp(existing).items()
    assert len(stated_values) == 3
    assert stated_values <= merged.items()


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_of_xmp(tmp_path: Path, encoding: str) -> None:
    declared = f'<?xml version="1.0" encoding="{ENCODINGS[encoding]}"?>' if ENCODINGS[encoding] else ""
    text = declared + wrapped(description(f'xmlns:dc="{DC}" dc:source="Łódź 結婚式"'))
    data = text.encode(encoding)
    assert read_xmp(data)[f"{{{DC}}}source"] == ("Łódź 結婚式",)
    values = by_exiv2(tmp_path, merge_sidecar(data, CONTENT))
    assert values["Xmp.dc.source"] == ["Łódź 結婚式"]


def test_padding_and_comments_around_the_packet(tmp_path: Path) -> None:
    data = (
        b"\xef\xbb\xbf<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><!-- a comment -->"
        + DOCUMENTS["two prefixes"].encode()
    )
    merged = merge_sidecar(data + b"<?xpacket end='w'?>" + bytes(40), CONTENT)
    assert b"<!-- a comment -->" in merged
    assert merged.startswith(b"<?xpacket begin=")
    assert merged.endswith(b"?>")
    assert by_exiv2(tmp_path, merged)["Xmp.xmp.Rating"] == ["4"]


def test_masks_of_any_length() -> None:
    """The parser's usual limit are ten million characters."""
    mask = "0" * 11_000_000
    merged = merge_sidecar(wrapped(description("", f"<darktable:mask>{mask}</darktable:mask>")).encode(), CONTENT)
    assert read_xmp(merged)[f"{{{DARKTABLE}}}mask"] == (mask,)
