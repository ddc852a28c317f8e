"""darktable reads its own edits from a sidecar after a merge: a turned photo stays turned."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image
from tests.unit.core.exports.export_input import proposal

from critic_core.contracts.album import Flag
from critic_core.exports.sidecar_merge import SidecarContent, merge_sidecar
from critic_core.metadata.stated_choice import StatedChoice

TURNED = """<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:darktable="http://darktable.sf.net/" darktable:xmp_version="5"
 darktable:auto_presets_applied="1" darktable:history_end="1"><darktable:history><rdf:Seq>
<rdf:li darktable:num="0" darktable:operation="flip" darktable:enabled="1" darktable:modversion="2"
 darktable:params="06000000" darktable:multi_name="" darktable:multi_priority="0"/>
</rdf:Seq></darktable:history></rdf:Description></rdf:RDF></x:xmpmeta>"""
SAID = SidecarContent(proposal(), stated=StatedChoice(3, Flag.pick))


def developed(folder: Path, sidecar: bytes) -> tuple[int, int]:
    """The size of the photo that darktable develops. Without darktable: skipped at home, failed in CI."""
    if shutil.which("darktable-cli") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("darktable-cli is not here: darktable")
    photo, beside, result = folder / "IMG.png", folder / "IMG.xmp", folder / "out.png"
    Image.new("RGB", (120, 80), "teal").save(photo)
    beside.write_bytes(sidecar)
    options = ["--core", "--library", ":memory:", "--configdir", folder / "settings", "--disable-opencl"]
    subprocess.run(["darktable-cli", photo, beside, result, *options], check=True, capture_output=True, timeout=120)
    with Image.open(result) as image:
        return image.size


@pytest.mark.parametrize("runs", [0, 1, 2])
def test_edits_survive_merges(tmp_path: Path, runs: int) -> None:
    sidecar = TURNED.encode()
    for _ in range(runs):
        sidecar = merge_sidecar(sidecar, SAID)
    assert developed(tmp_path, sidecar) == (80, 120)
