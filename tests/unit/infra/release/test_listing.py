"""The list of a release says what goes where, how large it is, and its digest."""

from hashlib import sha256
from pathlib import Path

import pytest
from infra.release.listing import HEAD, Artifact, file_artifacts, render


@pytest.mark.parametrize(
    ("name", "destination"),
    [
        ("photo_critic-1.2.3-py3-none-any.whl", "PyPI"),
        ("photo-critic-client-1.2.3.tgz", "npm"),
        ("photo-critic-chart-1.2.3.tgz", "registry, as a chart"),
        ("photo-critic/gateway:1.2.3", "registry"),
        ("photo-critic-1.2.3.cdx.json", "release page"),
    ],
)
def test_every_artifact_has_a_destination(name: str, destination: str) -> None:
    assert Artifact(name, 0, "").destination == destination


def test_files_are_listed_by_name_with_size_and_digest(tmp_path: Path) -> None:
    (tmp_path / "b.whl").write_bytes(b"1234")
    (tmp_path / "a.whl").write_bytes(b"")
    first, second = file_artifacts(tmp_path)
    assert (first.name, second) == ("a.whl", Artifact("b.whl", 4, sha256(b"1234").hexdigest()))
    assert render([second]) == f"{HEAD}\n| PyPI | b.whl | 0.000 | {second.digest} |"
