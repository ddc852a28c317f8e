"""The silent fallback itself: ONNX Runtime's GPU build without a working CUDA computes on the CPU."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import onnxruntime
import pytest
from tests.contract.inference.model_repository import make_repository
from tests.contract.inference.runtimes import first_on_path, runtime_folder
from tests.contract.inference.server_process import our_server
from tests.support.waiting import until

NO_CUDA = """
import onnxruntime, sys
session = onnxruntime.InferenceSession(sys.argv[1], providers=["CUDAExecutionProvider", "CPUExecutionProvider"])
print("CUDAExecutionProvider" in onnxruntime.get_available_providers(), session.get_providers())
"""


@pytest.fixture(scope="session")
def gpu_build() -> Path:
    """A folder with onnxruntime-gpu and without CUDA's libraries: first on the path, it is what `import` finds."""
    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this ONNX Runtime has CUDA")
    return runtime_folder("onnxruntime-gpu")


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "models")


def test_the_runtime_falls_back_and_calls_it_a_success(gpu_build: Path, models: Path) -> None:
    command = [sys.executable, "-c", NO_CUDA, models / "quick" / "1" / "model.onnx"]
    done = subprocess.run(
        command, env={**os.environ, **first_on_path(gpu_build)}, capture_output=True, text=True, check=True
    )
    assert done.stdout.split("\n")[0] == "True ['CPUExecutionProvider']"


def test_with_device_cuda_the_server_is_not_ready_and_says_why(gpu_build: Path, models: Path, tmp_path: Path) -> None:
    settings = {**first_on_path(gpu_build), "CRITIC_DEVICE": "cuda"}
    with our_server(models, tmp_path, wait_ready=False, env=settings) as server:
        until(lambda: "not_ready" in server.log.read_text(), 60, "the server gave up")
        answer = httpx.get(f"{server.http}/v2/health/ready")
        assert answer.status_code == 400
        assert "fell back to the CPU" in answer.json()["error"]
        assert server.answers("/v2/health/live")


def test_with_device_auto_the_server_reports_the_cpu(gpu_build: Path, models: Path, tmp_path: Path) -> None:
    settings = {**first_on_path(gpu_build), "CRITIC_DEVICE": "auto"}
    with our_server(models, tmp_path, env=settings) as server:
        metrics = httpx.get(f"{server.metrics}/metrics").text
        assert 'device="cpu"' in metrics
        assert 'device="cuda"' not in metrics
