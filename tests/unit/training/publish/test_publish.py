"""The folder that servers read."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from google.protobuf import text_format
from tests.support.tiny_model import EMBEDDING, tiny_model_folder
from tritonclient.grpc import model_config_pb2
from typer.testing import CliRunner

from critic_core.contracts.manifest import Golden, Manifest, manifest_parameter, parse_manifest
from critic_core.imaging.golden import golden_photo
from critic_core.imaging.preprocess import prepare
from critic_inference.batching.buckets import bucket_sizes
from critic_training.export.model_folder import commit, recorded_command, sha256
from critic_training.publish.command import app
from critic_training.publish.triton_config import LARGEST_BATCH, config, config_files
from critic_training.publish.version import publish, versions


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    """Of a model in the folder `finished`, with words that are hard to quote."""
    plain = tiny_model_folder(tmp_path / "finished")
    hard = {
        "training_command": 'critic-train --data "a b\\c"',
        "summary": "Ünicode → “quotes”, a \\ backslash,\na new line and \t a tab.",
    }
    return plain.model_copy(update=hard)


@pytest.fixture
def model(manifest: Manifest, tmp_path: Path) -> Path:
    return tmp_path / "finished" / "model.onnx"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return tmp_path / "repository"


def parse(text: str) -> Any:
    return text_format.Parse(text, model_config_pb2.ModelConfig())


def manifests(text: str) -> dict[str, Manifest]:
    """The manifests in a config, by their keys."""
    parameters = parse(text).parameters
    return {key: parse_manifest(value.string_value) for key, value in parameters.items() if key.startswith("manifest.")}


def triton_manifests(repository: Path) -> dict[str, Manifest]:
    return manifests((repository / "aesthetics" / "configs" / "auto.pbtxt").read_text("utf-8"))


def test_config_is_what_servers_read(manifest: Manifest) -> None:
    served = parse(config(manifest))
    assert (served.name, served.platform, served.backend, served.max_batch_size) == (
        "aesthetics",
        "onnxruntime_onnx",
        "onnxruntime",
        32,
    )
    assert [(t.name, t.data_type, list(t.dims)) for t in served.input] == [
        ("image", model_config_pb2.TYPE_UINT8, [224, 224, 3])
    ]
    assert [(t.name, list(t.dims)) for t in served.output] == [("probability", [2]), ("embedding", [EMBEDDING])]
    assert list(served.dynamic_batching.preferred_batch_size) == [4, 8, 16, 32]
    assert served.dynamic_batching.default_queue_policy.max_queue_size == 256


def test_tritons_variants_carry_the_manifest_and_our_config_does_not(manifest: Manifest) -> None:
    variants = config_files(manifest)
    assert manifests(variants.pop("config.pbtxt")) == {}
    assert [manifests(text) for text in variants.values()] == [{"manifest.1": manifest}] * 4


def test_tritons_first_variant_differs_from_ours_in_the_manifest_only(manifest: Manifest) -> None:
    files = config_files(manifest)
    ours, auto = parse(files["config.pbtxt"]), parse(files["configs/auto.pbtxt"])
    del auto.parameters[manifest_parameter("1")]
    assert auto == ours


def test_config_warms_every_size_that_a_batch_is_padded_to(manifest: Manifest) -> None:
    served = parse(config(manifest))
    assert sorted(sample.batch_size for sample in served.model_warmup) == list(bucket_sizes(LARGEST_BATCH))
    for sample in served.model_warmup:
        image = sample.inputs["image"]
        assert (image.data_type, list(image.dims)) == (served.input[0].data_type, list(served.input[0].dims))
        assert image.zero_data


def test_the_variant_for_tensorrt_differs_in_its_accelerator_only(manifest: Manifest) -> None:
    files = config_files(manifest)
    plain, tensorrt = (parse(files[name]) for name in ("configs/gpu.pbtxt", "configs/tensorrt.pbtxt"))
    (accelerator,) = tensorrt.optimization.execution_accelerators.gpu_execution_accelerator
    assert (accelerator.name, accelerator.parameters["trt_engine_cache_enable"]) == ("tensorrt", "1")
    tensorrt.ClearField("optimization")
    assert tensorrt == plain


def test_the_variant_for_gpus_differs_in_its_demand_only(manifest: Manifest) -> None:
    files = config_files(manifest)
    plain, gpu = (parse(files[name]) for name in ("configs/auto.pbtxt", "configs/gpu.pbtxt"))
    kinds = model_config_pb2.ModelInstanceGroup
    assert (plain.instance_group[0].kind, gpu.instance_group[0].kind) == (kinds.KIND_AUTO, kinds.KIND_GPU)
    gpu.instance_group[0].kind = kinds.KIND_AUTO
    assert gpu == plain


def test_the_variant_with_two_instances_differs_in_their_number_only(manifest: Manifest) -> None:
    files = config_files(manifest)
    plain, two = (parse(files[name]) for name in ("configs/auto.pbtxt", "configs/two-instances.pbtxt"))
    assert (plain.instance_group[0].count, two.instance_group[0].count) == (1, 2)
    two.instance_group[0].count = 1
    assert two == plain


def test_a_published_version_holds_weights_manifest_and_golden_photo(
    manifest: Manifest, model: Path, repository: Path
) -> None:
    version = publish(repository, manifest, model)
    assert version == repository / "aesthetics" / "1"
    assert (version / "model.onnx").read_bytes() == model.read_bytes()
    assert parse_manifest((version / "manifest.json").read_text("utf-8")) == manifest
    np.testing.assert_array_equal(np.load(version / "golden.npy"), prepare(golden_photo(), manifest.preprocessing))
    assert sorted(path.name for path in version.iterdir()) == ["golden.npy", "manifest.json", "model.onnx"]
    assert sorted(path.name for path in version.parent.iterdir()) == ["1", "config.pbtxt", "configs"]
    variants = sorted(path.name for path in (version.parent / "configs").iterdir())
    assert variants == ["auto.pbtxt", "gpu.pbtxt", "tensorrt.pbtxt", "two-instances.pbtxt"]


def test_the_next_version_gets_the_next_number_and_tritons_config_knows_all(
    manifest: Manifest, model: Path, repository: Path
) -> None:
    publish(repository, manifest, model)
    assert publish(repository, manifest, model).name == "2"
    found = triton_manifests(repository)
    assert [(key, found[key].version) for key in sorted(found)] == [("manifest.1", "1"), ("manifest.2", "2")]


def test_only_so_many_versions_stay(manifest: Manifest, model: Path, repository: Path) -> None:
    for _ in range(4):
        publish(repository, manifest, model, max_versions=2)
    assert versions(repository / "aesthetics") == [3, 4]
    assert sorted(triton_manifests(repository)) == ["manifest.3", "manifest.4"]
    publish(repository, manifest, model, max_versions=1)
    assert versions(repository / "aesthetics") == [5]


def test_a_numbered_version_is_replaced(manifest: Manifest, model: Path, repository: Path, tmp_path: Path) -> None:
    publish(repository, manifest, model)
    replacement = tiny_model_folder(tmp_path / "other", seed=8)
    publish(repository, replacement, tmp_path / "other" / "model.onnx", version="1")
    assert sha256(repository / "aesthetics" / "1" / "model.onnx") == replacement.weights_sha256
    assert versions(repository / "aesthetics") == [1]


def test_other_weights_are_not_published(manifest: Manifest, model: Path, repository: Path) -> None:
    model.write_bytes(b"others")
    with pytest.raises(ValueError, match="other weights"):
        publish(repository, manifest, model)
    assert not repository.exists()


def test_a_model_that_says_otherwise_of_the_golden_photo_is_not_published(
    manifest: Manifest, model: Path, repository: Path
) -> None:
    boast = manifest.model_copy(update={"golden": Golden(probability=manifest.golden.probability / 2)})
    with pytest.raises(ValueError, match="the golden photo gets"):
        publish(repository, boast, model)
    assert not repository.exists()


def test_the_command_publishes_and_says_where_or_why_not(manifest: Manifest, model: Path, repository: Path) -> None:
    result = CliRunner().invoke(app, [str(model.parent), str(repository)])
    assert result.stdout.strip() == str(repository / "aesthetics" / "1")
    model.write_bytes(b"others")
    assert CliRunner().invoke(app, [str(model.parent), str(repository)]).exit_code == 2
    assert versions(repository / "aesthetics") == [1]


def test_an_unchanged_config_is_not_written_again(manifest: Manifest, model: Path, repository: Path) -> None:
    publish(repository, manifest, model)
    before = (repository / "aesthetics" / "config.pbtxt").stat().st_mtime_ns
    publish(repository, manifest, model)
    assert (repository / "aesthetics" / "config.pbtxt").stat().st_mtime_ns == before


def test_a_recorded_command_is_the_same_on_every_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRITIC_DATA", "/home/somebody/photos")
    words = ["export", "--rated", "/home/somebody/photos/oasis", "--run", "runs/a b", "--out", "/tmp/out"]
    assert recorded_command(words) == "critic-train export --rated $CRITIC_DATA/oasis --run 'runs/a b' --out out"


def test_commit_is_named() -> None:
    found = commit()
    assert found == "unknown" or len(found.rstrip("+")) == 40
