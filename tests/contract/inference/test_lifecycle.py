"""Start, failure to start, and drain of our own server; Triton's differ."""

import json
import shutil
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import grpc
import httpx
import numpy as np
import onnxruntime
import pytest
from tests.contract.inference.calls import images, infer_request, json_body, output_arrays
from tests.contract.inference.model_repository import SHIPPED, make_repository
from tests.contract.inference.onnx_models import save, slow_model
from tests.contract.inference.server_process import our_server
from tests.support.waiting import until
from tritonclient.grpc import InferenceServerClient
from tritonclient.utils import InferenceServerException

PHOTO = images(1)


@pytest.fixture
def models(tmp_path):
    return make_repository(tmp_path / "models")


def logged(server, event):
    lines = [json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")]
    return [line for line in lines if line["event"] == event]


def reasons(server):
    answer = httpx.get(f"{server.http}/v2/health/ready")
    return answer.json()["error"] if answer.status_code == 400 else ""


def wait_until_loading_ended(server):
    return until(lambda: server.answers("/v2/health/live") and logged(server, "not_ready"), 60, "the server gave up")


def test_one_line_says_what_is_served_and_where(models, tmp_path):
    with our_server(models, tmp_path) as server:
        (line,) = logged(server, "ready")
        assert line["serving"] == ["newest/2 on cpu", "quick/1 on cpu", "quick/2 on cpu", "slow/1 on cpu"]
        assert {event["load_seconds"] >= 0 for event in logged(server, "model_ready")} == {True}


@pytest.mark.skipif(
    "CUDAExecutionProvider" in onnxruntime.get_available_providers(), reason="this ONNX Runtime has CUDA"
)
def test_missing_cuda_is_live_but_not_ready(models, tmp_path):
    with our_server(models, tmp_path, wait_ready=False, env={"CRITIC_DEVICE": "cuda"}) as server:
        wait_until_loading_ended(server)
        assert "no CUDA support" in reasons(server)
        lines = httpx.get(f"{server.metrics}/metrics").text.splitlines()
        assert "critic_inference_ready 0.0" in lines
        assert [line for line in lines if "no CUDA support" in line] == []  # a sentence is no label
        assert httpx.get(f"{server.http}/v2/models/quick/ready").status_code == 400
        with InferenceServerClient(server.grpc) as client:
            assert client.is_server_live()
            assert not client.is_server_ready()
            with pytest.raises(grpc.RpcError) as refused:
                client._client_stub.ModelInfer(infer_request(PHOTO))
            assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
            assert "no CUDA support" in refused.value.details()


def test_the_models_for_gpus_answer_alike_where_there_is_none(float16_models, tmp_path):
    """Float16, batches of up to 256 and bound buffers, all on the CPU: slow there, but nothing is refused."""
    shutil.copytree(float16_models / "aesthetics", tmp_path / "models" / "aesthetics")
    batch = images(180)
    with (
        our_server(tmp_path / "models", tmp_path, env={"CRITIC_IO_BINDING": "on"}) as server,
        InferenceServerClient(server.grpc) as client,
    ):
        outputs = output_arrays(client._client_stub.ModelInfer(infer_request(batch, "aesthetics")))
    session = onnxruntime.InferenceSession(SHIPPED / "aesthetics" / "1" / "model.onnx")
    names = ["probability", "embedding"]
    for name, expected in zip(names, session.run(names, {"image": batch}), strict=True):
        np.testing.assert_allclose(outputs[name], expected, atol=2e-3)


def test_a_broken_model_is_named_and_harms_no_other(models, tmp_path):
    (models / "slow" / "1" / "model.onnx").write_bytes(b"no model")
    (models / "newest" / "config.pbtxt").write_text("max_batch_size: many")
    with our_server(models, tmp_path, wait_ready=False) as server:
        wait_until_loading_ended(server)
        assert "model 'slow' version 1" in reasons(server)
        assert "model 'newest': config.pbtxt" in reasons(server)
        index = httpx.post(f"{server.http}/v2/repository/index").json()
        assert {model["name"]: model["state"] for model in index} == {
            "newest": "UNAVAILABLE",
            "quick": "READY",
            "slow": "UNAVAILABLE",
        }
        answer = httpx.post(f"{server.http}/v2/models/quick/infer", json=json_body(PHOTO), timeout=30)
        assert answer.status_code == 200


def test_a_config_that_does_not_fit_its_model_is_refused(models, tmp_path):
    config = models / "quick" / "config.pbtxt"
    config.write_text(config.read_text().replace("dims: [ 16 ]", "dims: [ 17 ]"))
    with our_server(models, tmp_path, wait_ready=False) as server:
        wait_until_loading_ended(server)
        assert "embedding" in reasons(server)


def test_an_empty_repository_is_not_ready(tmp_path):
    with our_server(tmp_path / "nothing", tmp_path, wait_ready=False) as server:
        wait_until_loading_ended(server)
        assert "holds no model" in reasons(server)


def test_requests_in_flight_survive_the_drain(models, tmp_path):
    save(slow_model(rounds=1200), models / "slow" / "1")  # long enough to be seen by a busy machine
    env = {"CRITIC_INFERENCE_DRAIN_DEADLINE_SECONDS": "120"}
    with our_server(models, tmp_path, env=env) as server, InferenceServerClient(server.grpc) as client:
        with ThreadPoolExecutor(2) as pool:
            pending = [pool.submit(client._client_stub.ModelInfer, infer_request(PHOTO, "slow")) for _ in range(2)]
            until(lambda: _pending_or_computed(server), what="a slow request is under way")
            server.process.send_signal(signal.SIGTERM)
            assert [call.result(120).model_name for call in pending] == ["slow", "slow"]
        assert server.process.wait(120) == 0
        assert logged(server, "stopped")


def test_draining_reports_not_ready_before_it_closes(models, tmp_path):
    shutil.rmtree(models / "slow")
    with our_server(models, tmp_path, env={"CRITIC_INFERENCE_DRAIN_DELAY_SECONDS": "60"}) as server:
        server.process.send_signal(signal.SIGTERM)
        until(lambda: reasons(server), what="the server reports its drain")
        assert reasons(server) == "the server is shutting down"
        assert server.answers("/v2/health/live")
        answer = httpx.post(f"{server.http}/v2/models/quick/infer", json=json_body(PHOTO), timeout=30)
        assert answer.status_code == 200
        server.process.send_signal(signal.SIGTERM)  # the second time ends it at once
        assert server.process.wait(20) == -signal.SIGTERM


@pytest.mark.parametrize("port", ["HTTP", "GRPC", "METRICS"])
def test_a_taken_port_is_an_error(tmp_path, port):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        env = {f"CRITIC_INFERENCE_{port}_PORT": str(taken.getsockname()[1])}
        with our_server(tmp_path / "nothing", tmp_path, wait_ready=False, env=env) as server:
            assert server.process.wait(30) == 1


def test_a_request_larger_than_the_limit_is_refused(models, tmp_path):
    env = {"CRITIC_INFERENCE_MAX_REQUEST_BYTES": "200000"}
    with our_server(models, tmp_path, env=env) as server, InferenceServerClient(server.grpc) as client:
        answer = httpx.post(f"{server.http}/v2/models/quick/infer", content=b"0" * 200_001, timeout=30)
        assert answer.status_code == 413
        with pytest.raises(grpc.RpcError) as refused:
            client._client_stub.ModelInfer(infer_request(images(2)))
        assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert client._client_stub.ModelInfer(infer_request(PHOTO)).model_name == "quick"


def test_calls_that_are_not_spoken_say_so(models, tmp_path):
    with (
        our_server(models, tmp_path) as server,
        InferenceServerClient(server.grpc) as client,
        pytest.raises(InferenceServerException, match="UNIMPLEMENTED"),
    ):
        client.load_model("quick")


def test_the_server_imports_no_queue_and_no_training():
    code = "import critic_inference.server, sys; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout.split()
    assert not {"celery", "redis", "torch", "fastapi", "PIL"} & set(modules)


def _pending_or_computed(server):
    lines = httpx.get(f"{server.metrics}/metrics").text.splitlines()
    pending = 'nv_inference_pending_request_count{model="slow"'
    return any(line.startswith(pending) and not line.endswith(" 0.0") for line in lines)
