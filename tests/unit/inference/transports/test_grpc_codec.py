import numpy as np
import pytest
from tritonclient.grpc import service_pb2 as pb

from critic_inference.errors import RequestRefused
from critic_inference.messages import InferResponse
from critic_inference.tensors import NUMPY_TYPES
from critic_inference.transports.grpc_codec import CONTENTS_FIELDS, decode, encode


def typed(datatype, values, field=None):
    message = pb.ModelInferRequest(model_name="m")
    tensor = message.inputs.add(name="x", datatype=datatype, shape=[len(values)])
    getattr(tensor.contents, field or CONTENTS_FIELDS[datatype]).extend(values)
    return message


@pytest.mark.parametrize("datatype", CONTENTS_FIELDS)
def test_every_typed_field(datatype):
    (tensor,) = decode(typed(datatype, [1, 0, 1])).inputs
    assert tensor.data.dtype == NUMPY_TYPES[datatype]
    assert tensor.data.tolist() == [1, 0, 1]


def test_priority_and_timeout_are_parameters():
    message = typed("UINT8", [1])
    assert (decode(message).priority, decode(message).timeout_us) == (0, 0)
    message.parameters["priority"].uint64_param = 2
    message.parameters["timeout"].int64_param = 500
    assert (decode(message).priority, decode(message).timeout_us) == (2, 500)
    message.parameters["timeout"].string_param = "soon"
    with pytest.raises(RequestRefused, match="'timeout' must be a whole number from 0, of 64 bits"):
        decode(message)


def test_a_value_that_does_not_fit_its_type():
    with pytest.raises(RequestRefused, match="does not fit UINT8"):
        decode(typed("UINT8", [256]))


def test_half_floats_have_no_typed_field():
    with pytest.raises(RequestRefused, match="FP16"):
        decode(typed("FP16", [1.0], "fp32_contents"))


def test_outputs_are_raw_and_carry_their_type():
    outputs = {"a": np.ones((2, 3), np.float32), "b": np.array([1, 2], np.int64)}
    message = encode(InferResponse("m", "1", outputs, "7"))
    assert [(output.name, output.datatype, list(output.shape)) for output in message.outputs] == [
        ("a", "FP32", [2, 3]),
        ("b", "INT64", [2]),
    ]
    assert list(message.raw_output_contents) == [outputs["a"].tobytes(), outputs["b"].tobytes()]
