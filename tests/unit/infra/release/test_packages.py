"""The files of a release are complete, and the same bytes whenever they are built."""

import json
import tarfile
import zipfile
from pathlib import Path

import yaml
from infra.release.images import ROOT
from infra.release.packages import build_chart, build_wheel, wheel_sbom
from infra.release.versions import project_version


def test_the_chart_is_what_helm_installs_without_examples_of_tests(tmp_path: Path) -> None:
    for name in ("a.tgz", "b.tgz"):
        build_chart(ROOT, tmp_path / name)
    assert (tmp_path / "a.tgz").read_bytes() == (tmp_path / "b.tgz").read_bytes()
    with tarfile.open(tmp_path / "a.tgz") as archive:
        chart = archive.extractfile("photo-critic/Chart.yaml")
        assert chart is not None
        assert yaml.safe_load(chart)["version"] == project_version(ROOT)
        names = archive.getnames()
    assert {"photo-critic/values.yaml", "photo-critic/values.schema.json"} <= set(names)
    assert [name for name in names if name.startswith("photo-critic/ci")] == []


def test_a_wheel_is_the_same_twice(tmp_path: Path) -> None:
    for name in ("a", "b"):
        build_wheel(ROOT / "services/client", tmp_path / name)
    (first,), (second,) = (tuple((tmp_path / name).glob("*.whl")) for name in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()
    assert "photo_critic_client/contracts/photo.py" in zipfile.ZipFile(first).namelist()


def test_the_list_of_the_wheel_has_what_it_installs_and_no_tool_of_development() -> None:
    document = json.loads(wheel_sbom(ROOT, "1.2.3"))
    names = {component["name"] for component in document["components"]}
    assert document["metadata"]["component"]["version"] == "1.2.3"
    assert {"fastapi", "celery", "onnxruntime", "typer"} <= names
    assert names.isdisjoint({"mypy", "ruff", "pytest"})
