import pytest
from google.protobuf import text_format
from tests.unit.inference.sessions import Doubler
from tritonclient.grpc.model_config_pb2 import ModelConfig, ModelInstanceGroup

from critic_core.contracts.manifest import parse_manifest
from critic_inference.errors import ModelUnusable
from critic_inference.serving.config import check_config, complete_config, device_for, memory_limit_mib, read_config
from critic_inference.serving.config_fields import REDUNDANT_FIELDS, SUPPORTED_FIELDS, ignored_fields
from critic_inference.settings import Device, packaged_models

SHIPPED = packaged_models() / "aesthetics"

GOOD = """
max_batch_size: 4
input [ { name: "x" data_type: TYPE_FP32 dims: [ 3 ] } ]
output [ { name: "y" data_type: TYPE_FP32 dims: [ 3 ] } ]
"""


def parse(text):
    return text_format.Parse(text, ModelConfig())


def test_the_folder_names_the_model(tmp_path):
    (tmp_path / "config.pbtxt").write_text(GOOD)
    assert read_config(tmp_path).name == tmp_path.name


def test_the_manifest_of_each_version_is_a_parameter():
    expected = (SHIPPED / "1" / "manifest.json").read_bytes()
    parameter = read_config(SHIPPED).parameters["manifest.1"].string_value
    assert parse_manifest(parameter) == parse_manifest(expected)


def test_a_model_of_another_maker_has_no_manifest(tmp_path):
    (tmp_path / "config.pbtxt").write_text(GOOD)
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    (tmp_path / "2" / "manifest.json").write_text('{"of": "another maker"}')
    assert dict(read_config(tmp_path).parameters) == {}


@pytest.mark.parametrize("text", ['name: "other"', "max_batch_size: many", "surprise: 1"])
def test_a_config_that_cannot_be_used(tmp_path, text):
    (tmp_path / "config.pbtxt").write_text(text)
    with pytest.raises(ModelUnusable, match=r"config\.pbtxt"):
        read_config(tmp_path)


def test_a_missing_config(tmp_path):
    with pytest.raises(ModelUnusable, match=r"config\.pbtxt"):
        read_config(tmp_path)


def test_a_config_that_fits_its_model():
    check_config(parse(GOOD), Doubler())


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("max_batch_size: 4", ""),  # then the model's batch dimension is missing
        GOOD.replace('"x"', '"z"'),
        GOOD.replace('"y"', '"z"'),
        GOOD.replace("dims: [ 3 ]", "dims: [ 4 ]", 1),
        GOOD.replace("dims: [ 3 ]", "dims: [ -1 ]", 1),  # promises lengths that the model does not take
        GOOD.replace("TYPE_FP32", "TYPE_FP16", 1),
        GOOD.replace("TYPE_FP32", "TYPE_STRING", 1),
        "max_batch_size: 4",
    ],
)
def test_a_config_that_does_not_fit_its_model(text):
    with pytest.raises(ModelUnusable):
        check_config(parse(text), Doubler())


@pytest.mark.parametrize(
    ("requested", "group", "device"),
    [
        (Device.auto, "", Device.auto),
        (Device.auto, "KIND_AUTO", Device.auto),
        (Device.auto, "KIND_CPU", Device.cpu),
        (Device.auto, "KIND_GPU", Device.cuda),
        (Device.cpu, "KIND_GPU", Device.cpu),  # the operator's word is the last
        (Device.cuda, "KIND_CPU", Device.cuda),
    ],
)
def test_the_requested_device(requested, group, device):
    config = parse(f"instance_group [ {{ kind: {group} }} ]" if group else "")
    assert device_for(config, requested) is device


@pytest.mark.parametrize(
    ("device", "kind"), [("cpu", ModelInstanceGroup.KIND_CPU), ("cuda", ModelInstanceGroup.KIND_GPU)]
)
def test_the_completed_config_says_what_computes(device, kind):
    for text in (GOOD, GOOD + "instance_group [ { kind: KIND_AUTO count: 2 } ]"):
        completed = complete_config(parse(text), device)
        assert {group.kind for group in completed.instance_group} == {kind}


def test_completing_changes_nothing_that_was_written():
    written = parse(GOOD + 'version_policy { all {} } parameters { key: "k" value { string_value: "v" } }')
    completed = complete_config(written, "cpu")
    assert completed.version_policy == written.version_policy
    assert completed.parameters["k"].string_value == "v"
    assert written == parse(GOOD + 'version_policy { all {} } parameters { key: "k" value { string_value: "v" } }')


@pytest.mark.parametrize(
    ("requested", "configured", "limit"),
    [(0, None, 0), (0, "4294967296", 4096), (512, "4294967296", 512), (512, None, 512)],
)
def test_the_limit_of_gpu_memory(requested, configured, limit):
    parameter = f'parameters {{ key: "gpu_mem_limit" value {{ string_value: "{configured}" }} }}' if configured else ""
    assert memory_limit_mib(parse(parameter), requested) == limit


def test_a_limit_of_gpu_memory_that_is_no_number():
    with pytest.raises(ModelUnusable, match="gpu_mem_limit"):
        memory_limit_mib(parse('parameters { key: "gpu_mem_limit" value { string_value: "4G" } }'), 0)


def test_every_field_of_a_published_config_is_known():
    for text in (SHIPPED / "config.pbtxt").read_text(), GOOD:
        assert ignored_fields(parse(text)) == []


def test_fields_that_mean_something_elsewhere_are_named():
    assert ignored_fields(parse("sequence_batching {} response_cache { enable: true }")) == [
        "sequence_batching",
        "response_cache",
    ]
    accelerator = 'execution_accelerators { gpu_execution_accelerator [ { name: "tensorrt" } ] }'
    assert ignored_fields(parse(f"optimization {{ {accelerator} }}")) == ["optimization"]


def test_no_field_is_known_that_triton_does_not_have():
    assert set(SUPPORTED_FIELDS | REDUNDANT_FIELDS) <= set(ModelConfig.DESCRIPTOR.fields_by_name)
