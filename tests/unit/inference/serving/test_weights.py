"""A model file must be the one that its manifest describes."""

from pathlib import Path

import pytest
from tests.support.tiny_model import NAME, publish_tiny_model

from critic_inference.errors import ModelUnusable
from critic_inference.serving.catalogue import read_model
from critic_inference.serving.model_version import load_session
from critic_inference.serving.weights import check_weights
from critic_inference.settings import InferenceSettings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    publish_tiny_model(tmp_path)
    return tmp_path / NAME


def test_the_file_of_the_manifest_is_served(folder: Path) -> None:
    version = read_model(folder).versions[1]
    assert load_session(version, folder, InferenceSettings(device="cpu")).device == "cpu"


def test_a_file_of_another_digest_is_rejected_before_it_is_loaded(folder: Path) -> None:
    (folder / "1" / "model.onnx").write_bytes(b"no model at all")
    with pytest.raises(ModelUnusable, match=r"model\.onnx has the digest .*, its manifest says"):
        load_session(read_model(folder).versions[1], folder, InferenceSettings(device="cpu"))


def test_a_model_of_another_maker_has_no_manifest(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"theirs")
    check_weights(tmp_path / "model.onnx")
    (tmp_path / "manifest.json").write_text("{}")
    check_weights(tmp_path / "model.onnx")


def test_a_missing_file_is_unusable(folder: Path) -> None:
    (folder / "1" / "model.onnx").unlink()
    with pytest.raises(ModelUnusable, match=r"model\.onnx"):
        check_weights(folder / "1" / "model.onnx")
