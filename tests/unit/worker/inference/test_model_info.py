"""A version's manifest and device, from configuration and metadata as a server sends them."""

import pytest
from tests.support.tiny_model import EMBEDDING, SIDE, tiny_manifest
from tritonclient.grpc.model_config_pb2 import ModelConfig, ModelInstanceGroup
from tritonclient.grpc.service_pb2 import ModelMetadataResponse

from critic_core.contracts.critique import PhotoKind
from critic_core.contracts.errors import InferenceFailed, InferenceUnavailable
from critic_core.contracts.manifest import DEVICE_PARAMETER, manifest_parameter
from critic_worker.inference.model_info import read_model_info


def config(*versions: str, kinds: tuple[int, ...] = ()) -> ModelConfig:
    made = ModelConfig(name="aesthetics")
    for version in versions:
        made.parameters[manifest_parameter(version)].string_value = tiny_manifest(version).model_dump_json()
    for kind in kinds:
        made.instance_group.add(kind=kind)
    return made


def metadata(*versions: str, batch: int = -1, embedding: int = EMBEDDING) -> ModelMetadataResponse:
    response = ModelMetadataResponse(name="aesthetics", versions=versions)
    response.inputs.add(name="image", datatype="UINT8", shape=[batch, SIDE, SIDE, 3])
    response.outputs.add(name="probability", datatype="FP32", shape=[batch, 2])
    response.outputs.add(name="embedding", datatype="FP32", shape=[batch, embedding])
    return response


def test_the_default_is_the_newest_version_by_number() -> None:
    assert read_model_info(config("9", "10"), metadata("9", "10"), "").manifest.version == "10"
    assert read_model_info(config("9", "10"), metadata("9", "10"), "9").manifest.version == "9"


def test_a_version_without_a_manifest_is_skipped() -> None:
    assert read_model_info(config("1"), metadata("1", "2"), "").manifest.version == "1"
    with pytest.raises(InferenceFailed, match="no manifest"):
        read_model_info(config(), metadata("1"), "")


def test_an_unloaded_version_is_unavailable() -> None:
    with pytest.raises(InferenceUnavailable, match="version 3 is not served any more"):
        read_model_info(config("4"), metadata("4"), "3")


def test_an_unreadable_manifest_is_a_failure() -> None:
    broken = config("1")
    broken.parameters[manifest_parameter("1")].string_value = "{"
    with pytest.raises(InferenceFailed, match="cannot be read"):
        read_model_info(broken, metadata("1"), "")


@pytest.mark.parametrize(
    ("kinds", "device"),
    [
        ((), "unknown"),
        ((ModelInstanceGroup.KIND_CPU,), "cpu"),
        ((ModelInstanceGroup.KIND_GPU, ModelInstanceGroup.KIND_CPU), "cpu+cuda"),
    ],
)
def test_the_device_is_that_of_the_instances(kinds: tuple[int, ...], device: str) -> None:
    assert read_model_info(config("1", kinds=kinds), metadata("1"), "").device == device


def test_the_device_a_server_names_goes_before() -> None:
    named = config("1", kinds=(ModelInstanceGroup.KIND_CPU,))
    named.parameters[DEVICE_PARAMETER].string_value = "cpu-bf16"
    assert read_model_info(named, metadata("1"), "").device == "cpu-bf16"


def test_an_output_of_another_size_does_not_fit() -> None:
    assert read_model_info(config("1"), metadata("1", embedding=-1), "")
    with pytest.raises(InferenceFailed, match="embedding"):
        read_model_info(config("1"), metadata("1", embedding=EMBEDDING + 1), "")


def test_a_model_needs_an_output_for_the_kinds_of_its_manifest() -> None:
    made, served = ModelConfig(name="aesthetics"), metadata("1")
    manifest = tiny_manifest().model_copy(update={"kinds": (PhotoKind.people, PhotoKind.food)})
    made.parameters[manifest_parameter("1")].string_value = manifest.model_dump_json()
    with pytest.raises(InferenceFailed, match="kind"):
        read_model_info(made, served, "")
    served.outputs.add(name="kind", datatype="FP32", shape=[-1, 2])
    assert read_model_info(made, served, "").manifest == manifest
