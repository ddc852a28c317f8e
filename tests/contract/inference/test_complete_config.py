"""The configuration that we ship, as a server tells it once it is loaded."""

import pytest
from google.protobuf import text_format
from tests.contract.inference.model_repository import SHIPPED, SHIPPED_VERSIONS
from tritonclient.grpc import model_config_pb2

from critic_core.contracts.manifest import DEVICE_PARAMETER
from critic_inference.batching.buckets import bucket_sizes

pytestmark = [
    pytest.mark.timeout(900),  # the first test may have to install Triton
    pytest.mark.parametrize(("model", "version"), SHIPPED_VERSIONS),
]


@pytest.fixture
def config(client, model, version):
    return client.get_model_config(model, version).config


def test_the_newest_two_versions_are_served(config):
    assert config.version_policy.latest.num_versions == 2


def test_batches_and_the_queue(config):
    batching = config.dynamic_batching
    assert (config.max_batch_size, list(batching.preferred_batch_size)) == (32, [4, 8, 16, 32])
    assert (batching.max_queue_delay_microseconds, batching.default_queue_policy.max_queue_size) == (2000, 256)


def test_there_is_one_instance_on_what_this_machine_has(config):
    (group,) = config.instance_group
    assert (group.count, group.kind) == (1, model_config_pb2.ModelInstanceGroup.KIND_CPU)


def test_every_batch_size_is_warmed(config):
    assert sorted(sample.batch_size for sample in config.model_warmup) == list(bucket_sizes(32))


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("cudnn_conv_algo_search", "1"),  # HEURISTIC
        ("arena_extend_strategy", "1"),  # kSameAsRequested
        ("gpu_mem_limit", str(4 * 1024**3)),
        ("intra_op_thread_count", "0"),
        ("inter_op_thread_count", "1"),
        ("execution_mode", "0"),
    ],
)
def test_options_of_onnx_runtime(config, option, value):
    assert config.parameters[option].string_value == value


def test_no_field_is_left_out(config, model):
    written = text_format.Parse((SHIPPED / model / "config.pbtxt").read_text(), model_config_pb2.ModelConfig())
    assert {field.name for field, _ in written.ListFields()} <= {field.name for field, _ in config.ListFields()}
    parameters = {
        key: value
        for key, value in config.parameters.items()
        if not key.startswith("manifest.") and key != DEVICE_PARAMETER
    }
    assert (list(config.model_warmup), parameters) == (list(written.model_warmup), dict(written.parameters))
