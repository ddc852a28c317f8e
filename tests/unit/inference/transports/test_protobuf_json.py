from google.protobuf import text_format
from tritonclient.grpc import service_pb2
from tritonclient.grpc.model_config_pb2 import ModelConfig

from critic_inference.transports.protobuf_json import message_to_dict

CONFIG = """
name: "m"
input { name: "x" data_type: TYPE_UINT8 dims: [ 9007199254740993, 3 ] }
dynamic_batching { max_queue_delay_microseconds: 5 }
parameters { key: "k" value { string_value: "v" } }
"""


def test_as_triton_writes_it():
    config = message_to_dict(text_format.Parse(CONFIG, ModelConfig()))
    assert config["name"] == "m"
    assert config["platform"] == ""  # defaults are present
    assert config["output"] == []
    assert config["input"][0]["data_type"] == "TYPE_UINT8"  # enums by name
    assert config["input"][0]["dims"] == [9007199254740993, 3]  # 64-bit numbers are numbers
    assert config["dynamic_batching"]["max_queue_delay_microseconds"] == 5
    assert config["parameters"] == {"k": {"string_value": "v"}}  # of a oneof, only what is set
    assert "optimization" not in config  # unset messages are absent


def test_maps_with_other_keys():
    message = text_format.Parse(
        "dynamic_batching { priority_queue_policy { key: 7 value { max_queue_size: 3 } } }", ModelConfig()
    )
    assert message_to_dict(message)["dynamic_batching"]["priority_queue_policy"]["7"]["max_queue_size"] == 3


def test_an_empty_message():
    assert message_to_dict(service_pb2.ServerLiveResponse()) == {"live": False}
