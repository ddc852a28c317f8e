import onnxruntime
import pytest

from critic_inference.engine.devices import CPU, CUDA, computing_device, load_cuda_libraries, wanted_providers
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
def test_what_is_asked_of_onnx_runtime(device, available, providers):
    assert wanted_providers(device, available, InferenceSettings()) == providers


def test_a_memory_limit_is_told_in_bytes():
    (_, options), _ = wanted_providers(Device.cuda, [CUDA, CPU], InferenceSettings(gpu_memory_limit_mib=512))
    assert options["gpu_mem_limit"] == 512 * 1024 * 1024


def test_another_gpu_is_told_by_its_number():
    (_, options), _ = wanted_providers(Device.auto, [CUDA, CPU], InferenceSettings(gpu_device=3))
    assert options["device_id"] == 3


def test_cuda_of_a_build_without_it_is_refused():
    with pytest.raises(ModelUnusable, match="no CUDA support"):
        wanted_providers(Device.cuda, [CPU], InferenceSettings())


def test_what_computes_is_what_the_session_says():
    assert computing_device(Device.auto, [CUDA, CPU]) == "cuda"
    assert computing_device(Device.auto, [CPU]) == "cpu"


def test_cuda_is_given_its_libraries_before_the_session(monkeypatch, tmp_path):
    """They are found by ONNX Runtime's own function alone: it is called where CUDA is asked for, and only there."""
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
        computing_device(Device.cuda, [CPU])
