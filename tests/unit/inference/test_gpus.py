"""Figures of GPUs, from a scripted NVML: the real one has nothing to tell where there is no driver."""

import sys
from types import SimpleNamespace

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from critic_inference.gpus import GpuCollector, gpu_collector
from critic_inference.settings import Device


class ScriptedError(Exception):
    """As pynvml.NVMLError."""


def of_whole_gpus(value):
    """The second device is a slice of a GPU: it tells neither utilisation nor power."""

    def tell(gpu):
        if gpu == 1:
            raise ScriptedError("not supported")
        return value

    return tell


TWO_GPUS = SimpleNamespace(
    NVMLError=ScriptedError,
    nvmlDeviceGetCount=lambda: 2,
    nvmlDeviceGetHandleByIndex=lambda number: number,
    nvmlDeviceGetUUID=lambda gpu: ["GPU-one", "MIG-two"][gpu],
    nvmlDeviceGetMemoryInfo=lambda gpu: SimpleNamespace(total=16 * 2**30, used=(gpu + 1) * 2**30),
    nvmlDeviceGetUtilizationRates=of_whole_gpus(SimpleNamespace(gpu=37)),
    nvmlDeviceGetPowerUsage=of_whole_gpus(71_500),
)


def test_every_gpu_tells_what_it_can_in_tritons_names():
    registry = CollectorRegistry()
    registry.register(GpuCollector(TWO_GPUS))
    samples = {line for line in generate_latest(registry).decode().splitlines() if not line.startswith("#")}
    assert samples == {
        'nv_gpu_utilization{gpu_uuid="GPU-one"} 0.37',
        'nv_gpu_memory_total_bytes{gpu_uuid="GPU-one"} 1.7179869184e+10',
        'nv_gpu_memory_total_bytes{gpu_uuid="MIG-two"} 1.7179869184e+10',
        'nv_gpu_memory_used_bytes{gpu_uuid="GPU-one"} 1.073741824e+09',
        'nv_gpu_memory_used_bytes{gpu_uuid="MIG-two"} 2.147483648e+09',
        'nv_gpu_power_usage{gpu_uuid="GPU-one"} 71.5',
    }


def test_without_the_binding_there_are_no_metrics(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert gpu_collector(Device.auto) is None


def test_on_the_cpu_no_driver_is_loaded(monkeypatch):
    monkeypatch.setitem(sys.modules, "pynvml", SimpleNamespace())
    assert gpu_collector(Device.cpu) is None


def test_the_real_binding_without_a_driver_tells_nothing():
    pynvml = pytest.importorskip("pynvml")
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        assert gpu_collector(Device.auto) is None
    else:
        assert isinstance(gpu_collector(Device.auto), GpuCollector)
