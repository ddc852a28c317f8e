"""The end-to-end tests run on the inference server that they were asked to run on."""

from tests.support.inference import ON_TRITON
from tests.support.local_stack import LocalStack
from tritonclient.grpc import InferenceServerClient


def test_photos_are_scored_by_the_selected_server(stack: LocalStack) -> None:
    with InferenceServerClient(stack.note().inference_grpc) as client:
        assert client.get_server_metadata().name == ("triton" if ON_TRITON else "photo-critic-inference")
    started = any("critic_inference" in " ".join(process.cmdline()) for process in stack.children())
    assert started is not ON_TRITON
