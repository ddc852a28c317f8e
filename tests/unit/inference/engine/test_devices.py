import onnxruntime
import pytest

from critic_inference.engine.devices import CPU, CUDA, execution_providers, load_cuda_libraries, session_device
from critic_inference.engine.onnx import OnnxSession
from critic_inference.errors import ModelUnusable
from critic_inference.settings import Device, InferenceSettings

CUDA_OPTIONS = {
    "device_id": 0,
    "cudnn_conv_algo_search": "HEURISTIC",
    "arena_extend_strategy": "kSameAsRequested",
    "cudnn_conv_use_max_workspace": "1",
    "do_copy_in_default_stream": "1",
    "use_tf32": "1",
}


@pytest.mark.parametrize(
    ("device", "available", "providers"),
    [
        (Device.auto, [CPU], [CPU]),
        (Device.auto, [CUDA, CPU], [(CUDA, CUDA_OPTIONS), CPU]),
        (Device.cuda, [CUDA, CPU], [(CUDA, CUDA_OPTIONS), CPU]),
        (Device.cpu, [CUDA, CPU], [CPU]),
    ],
)
def test_the_requested_providers(device, available, providers):
    assert execution_providers(device, available, InferenceSettings()) == providers


def test_the_memory_limit_in_bytes():
    (_, options), _ = execution_providers(Device.cuda, [CUDA, CPU], InferenceSettings(gpu_memory_limit_mib=512))
    assert options["gpu_mem_limit"] == 512 * 1024 * 1024


def test_another_gpu_by_its_index():
    (_, options), _ = execution_providers(Device.auto, [CUDA, CPU], InferenceSettings(gpu_device=3))
    assert options["device_id"] == 3


def test_cuda_of_a_build_without_it_is_refused():
    with pytest.raises(ModelUnusable, match="no CUDA support"):
        execution_providers(Device.cuda, [CPU], InferenceSettings())


def test_the_device_of_a_session():
    assert session_device(Device.auto, [CUDA, CPU]) == "cuda"
    assert session_device(Device.auto, [CPU]) == "cpu"


def test_cuda_libraries_are_loaded_before_the_session(monkeypatch, tmp_path):
    """Only ONNX Runtime's own function finds them: it is called where CUDA is requested, and only there."""
    called = []
    load_cuda_libraries.cache_clear()
    monkeypatch.setattr(onnxruntime, "preload_dlls", lambda: called.append("preloaded"))
    with pytest.raises(ModelUnusable, match=r"model\.onnx"):
        OnnxSession(tmp_path / "model.onnx", Device.auto, InferenceSettings())
    assert called == []
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [CUDA, CPU])
    with pytest.raises(ModelUnusable, match=r"model\.onnx"):
        OnnxSession(tmp_path / "model.onnx", Device.auto, InferenceSettings())
    assert called == ["preloaded"]
    load_cuda_libraries.cache_clear()


def test_a_silent_fallback_from_cuda_is_noticed():
    with pytest.raises(ModelUnusable, match="fell back to the CPU"):
        session_device(Device.cuda, [CPU])
