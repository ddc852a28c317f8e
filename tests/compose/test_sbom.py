"""The lists of what is in our images tell what is in them."""

import json
from pathlib import Path

import pytest
from infra.docker.requirements_of import read_lock
from infra.supply_chain import sbom
from tests.compose.stack import IMAGE_VERSION, ROOT, Stack

pytestmark = [pytest.mark.compose, pytest.mark.timeout(660)]

BELOW = {"pip", "setuptools", "wheel"}  # what the image below brings along; no service uses it
OURS = {"gateway": "fastapi", "worker": "celery", "inference": "onnxruntime"}


@pytest.mark.parametrize("name", OURS)
def test_an_image_holds_what_the_lock_says_and_its_list_tells_it(
    stack: Stack, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sbom, "OUT", tmp_path)
    assert sbom.main([f"photo-critic/{name}:{IMAGE_VERSION}"]) == 0
    bom = json.loads((tmp_path / f"{name}.cdx.json").read_text())
    assert bom["specVersion"] == "1.6"
    kinds = {kind: packages(bom, f"pkg:{kind}/") for kind in ("pypi", "deb")}
    assert "libc6" in kinds["deb"]
    assert OURS[name] in kinds["pypi"]
    pins = {package.pin.split()[0] for package in read_lock((ROOT / "requirements.lock").read_text())}
    unpinned = {name for name, version in kinds["pypi"].items() if f"{name}=={version}" not in pins}
    assert unpinned <= {"photo-critic", *BELOW}
    licensed = [component for component in bom["components"] if component.get("licenses")]
    assert len(licensed) > len(kinds["pypi"]) / 2


def packages(bom: dict[str, list[dict[str, str]]], kind: str) -> dict[str, str]:
    return {
        component["name"]: component["version"] for component in bom["components"] if component["purl"].startswith(kind)
    }


def test_without_images_there_is_no_list(
    engine: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PHOTO_CRITIC_VERSION", "0.0.0-never-built")
    assert sbom.main([]) == 1
    assert "is not built here, and left out" in capsys.readouterr().err
