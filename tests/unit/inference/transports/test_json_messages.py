from google.protobuf import text_format
from tritonclient.grpc import service_pb2
from tritonclient.grpc.model_config_pb2 import ModelConfig

from critic_inference.transports.json_messages import as_json

CONFIG = """
name: "m"
input { name: "x" data_type: TYPE_UINT8 dims: [ 9007199254740993, 3 ] }
dynamic_batching { max_queue_delay_microseconds: 5 }
parameters { key: "k" value { string_value: "v" } }
"""


def test_as_triton_writes_it():
    told = as_json(text_format.Parse(CONFIG, ModelConfig()))
    assert told["name"] == "m"
    assert told["platform"] == ""  # defaults are told
    assert told["output"] == []
    assert told["input"][0]["data_type"] == "TYPE_UINT8"  # enums by name
    assert told["input"][0]["dims"] == [9007199254740993, 3]  # 64-bit numbers are numbers
    assert told["dynamic_batching"]["max_queue_delay_microseconds"] == 5
    assert told["parameters"] == {"k": {"string_value": "v"}}  # of a oneof, only what is set
    assert "optimization" not in told  # messages that are not set are not told


def test_maps_with_other_keys():
    message = text_format.Parse(
        "dynamic_batching { priority_queue_policy { key: 7 value { max_queue_size: 3 } } }", ModelConfig()
    )
    assert as_json(message)["dynamic_batching"]["priority_queue_policy"]["7"]["max_queue_size"] == 3


def test_an_empty_message():
    assert as_json(service_pb2.ServerLiveResponse()) == {"live": False}
