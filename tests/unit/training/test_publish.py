"""The folder that servers read."""

from pathlib import Path

import numpy as np
import pytest
from google.protobuf import text_format
from tritonclient.grpc import model_config_pb2

from critic_core.contracts.manifest import (
    Calibration,
    Golden,
    Manifest,
    Preprocessing,
    Reference,
    manifest_parameter,
    parse_manifest,
)
from critic_training.publish import commit, publish, sha256
from critic_training.triton_config import config


@pytest.fixture
def model(tmp_path: Path) -> Path:
    file = tmp_path / "some.onnx"
    file.write_bytes(b"weights")
    return file


@pytest.fixture
def manifest(model: Path) -> Manifest:
    return Manifest(
        name="aesthetics",
        version="1",
        architecture="AlexNet",
        embedding_size=128,
        preprocessing=Preprocessing(),
        calibration=Calibration(method="none", fitted_on="nothing"),
        reference=Reference(dataset="none", photos=1, score_quantiles=tuple(np.linspace(0, 100, 101))),
        golden=Golden(probability=0.5),
        datasets=(),
        metrics=(),
        weights_sha256=sha256(model),
        training_command='critic-train --data "a b\\c"',
        training_commit="unknown",
        created="2026-01-01",
        summary="Ünicode → “quotes”, a \\ backslash,\na new line and \t a tab.",
    )


def test_config_is_what_triton_reads_and_carries_the_manifest(manifest: Manifest) -> None:
    told = text_format.Parse(config(manifest), model_config_pb2.ModelConfig())
    assert (told.name, told.platform, told.backend, told.max_batch_size) == (
        "aesthetics",
        "onnxruntime_onnx",
        "onnxruntime",
        32,
    )
    assert [(t.name, t.data_type, list(t.dims)) for t in told.input] == [
        ("image", model_config_pb2.TYPE_UINT8, [224, 224, 3])
    ]
    assert [(t.name, list(t.dims)) for t in told.output] == [("probability", [2]), ("embedding", [128])]
    assert list(told.dynamic_batching.preferred_batch_size) == [4, 8, 16, 32]
    assert told.dynamic_batching.default_queue_policy.max_queue_size == 256
    carried = told.parameters[manifest_parameter("1")].string_value
    assert parse_manifest(carried) == manifest


def test_published_folder_holds_weights_and_manifest(manifest: Manifest, model: Path, tmp_path: Path) -> None:
    folder = publish(tmp_path / "repository", manifest, model)
    assert (folder / "1" / "model.onnx").read_bytes() == b"weights"
    assert parse_manifest((folder / "1" / "manifest.json").read_text("utf-8")) == manifest
    assert sorted(path.name for path in (folder / "1").iterdir()) == ["manifest.json", "model.onnx"]


def test_other_weights_are_not_published(manifest: Manifest, model: Path, tmp_path: Path) -> None:
    model.write_bytes(b"others")
    with pytest.raises(ValueError, match="other weights"):
        publish(tmp_path / "repository", manifest, model)
    assert not (tmp_path / "repository").exists()


def test_commit_is_named() -> None:
    told = commit()
    assert told == "unknown" or len(told.rstrip("+")) == 40
