"""Repositories for Triton and GPUs, made of the one in git."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.tiny_model import tiny_model_folder
from typer.testing import CliRunner

from critic_core.contracts.manifest import Manifest
from critic_training.export.half_precision.convert import SUFFIX
from critic_training.export.model_folder import read_manifest
from critic_training.publish.repository import Precision, app, build_repository
from critic_training.publish.version import publish, versions


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    return tiny_model_folder(tmp_path / "finished")


@pytest.fixture
def source(manifest: Manifest, tmp_path: Path) -> Path:
    """As in git: two versions, no variants for Triton."""
    for _ in range(2):
        publish(tmp_path / "source", manifest, tmp_path / "finished" / "model.onnx")
    shutil.rmtree(tmp_path / "source" / "aesthetics" / "configs")
    return tmp_path / "source"


def stamps(folder: Path) -> dict[str, int]:
    return {str(file): file.stat().st_mtime_ns for file in folder.rglob("*") if file.is_file()}


def test_every_version_is_there_with_tritons_configs(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    build_repository(source, out, Precision.float32)
    assert versions(out / "aesthetics") == [1, 2]
    assert read_manifest(out / "aesthetics" / "2") == read_manifest(source / "aesthetics" / "2")
    text = (out / "aesthetics" / "configs" / "auto.pbtxt").read_text("utf-8")
    assert all(f"manifest.{version}" in text for version in (1, 2))


def test_float16_is_for_gpus(source: Path, tmp_path: Path) -> None:
    build_repository(source, tmp_path / "out", Precision.float16)
    assert read_manifest(tmp_path / "out" / "aesthetics" / "2").architecture.endswith(SUFFIX)
    assert "max_batch_size: 256" in (tmp_path / "out" / "aesthetics" / "config.pbtxt").read_text("utf-8")


@pytest.mark.parametrize("precision", Precision)
def test_again_it_changes_nothing(source: Path, tmp_path: Path, precision: Precision) -> None:
    build_repository(source, tmp_path / "out", precision)
    before = stamps(tmp_path / "out")
    build_repository(source, tmp_path / "out", precision)
    assert stamps(tmp_path / "out") == before


def test_what_left_the_source_leaves(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (source / "foreign" / "1").mkdir(parents=True)
    (source / "foreign" / "1" / "model.onnx").write_bytes(b"of another maker")
    (source / "foreign" / "config.pbtxt").write_text("max_batch_size: 1\n")
    build_repository(source, out, Precision.float32)
    assert (out / "foreign" / "1" / "model.onnx").read_bytes() == b"of another maker"
    shutil.rmtree(source / "foreign")
    shutil.rmtree(source / "aesthetics" / "1")
    build_repository(source, out, Precision.float32)
    assert [folder.name for folder in out.iterdir()] == ["aesthetics"]
    assert versions(out / "aesthetics") == [2]


def test_the_size_of_batches_stays(source: Path, manifest: Manifest, tmp_path: Path) -> None:
    publish(source, manifest, tmp_path / "finished" / "model.onnx", largest_batch=64)
    build_repository(source, tmp_path / "out", Precision.float32)
    assert "max_batch_size: 64" in (tmp_path / "out" / "aesthetics" / "configs" / "gpu.pbtxt").read_text("utf-8")


def test_the_command_says_what_it_wrote_or_why_not(source: Path, tmp_path: Path) -> None:
    words = [str(source), str(tmp_path / "out"), "--precision", "float16"]
    assert CliRunner().invoke(app, words).stdout.strip() == f"{tmp_path / 'out'}: aesthetics, float16"
    (source / "aesthetics" / "1" / "model.onnx").write_bytes(b"no model")
    assert CliRunner().invoke(app, words).exit_code == 2


def test_it_needs_no_pytorch() -> None:
    """The image that makes repositories has none."""
    code = "import critic_training.publish.repository, sys; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout.split()
    assert not {"torch", "sklearn", "matplotlib", "pyarrow"} & set(modules)
