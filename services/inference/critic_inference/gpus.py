"""GPU metrics from NVML, with Triton's names; none without a driver and its Python binding."""

from collections.abc import Callable, Iterator
from typing import Any

from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from critic_inference.settings import Device

MILLIWATT = 1e-3  # watts

Reader = Callable[[Any, Any], float]
"""A metric's value, from the binding and a device handle. Raises NVMLError where the GPU does not support it."""
GAUGES: dict[str, tuple[str, Reader]] = {
    "nv_gpu_utilization": (
        "GPU utilization rate [0.0 - 1.0)",
        lambda nvml, gpu: nvml.nvmlDeviceGetUtilizationRates(gpu).gpu / 100,
    ),
    "nv_gpu_memory_total_bytes": (
        "GPU total memory, in bytes",
        lambda nvml, gpu: nvml.nvmlDeviceGetMemoryInfo(gpu).total,
    ),
    "nv_gpu_memory_used_bytes": (
        "GPU used memory, in bytes",
        lambda nvml, gpu: nvml.nvmlDeviceGetMemoryInfo(gpu).used,
    ),
    "nv_gpu_power_usage": (
        "GPU power usage in watts",
        lambda nvml, gpu: nvml.nvmlDeviceGetPowerUsage(gpu) * MILLIWATT,
    ),
}


class GpuCollector(Collector):
    """Reads every visible GPU at each scrape."""

    def __init__(self, nvml: Any) -> None:
        self._nvml = nvml
        handles = [nvml.nvmlDeviceGetHandleByIndex(number) for number in range(nvml.nvmlDeviceGetCount())]
        self._gpus = {nvml.nvmlDeviceGetUUID(handle): handle for handle in handles}

    def collect(self) -> Iterator[Metric]:
        """One family a metric, one sample a GPU that supports it."""
        for name, (help_text, read) in GAUGES.items():
            family = Metric(name, help_text, "gauge")
            for uuid, handle in self._gpus.items():
                try:
                    family.add_sample(name, {"gpu_uuid": uuid}, read(self._nvml, handle))
                except self._nvml.NVMLError:  # a MIG slice, for one, has no utilisation
                    continue
            yield family


def gpu_collector(device: Device) -> GpuCollector | None:
    """The collector, or None with device=cpu and on machines without a GPU."""
    if device is Device.cpu:
        return None
    try:
        import pynvml  # noqa: PLC0415 - only the extra inference-gpu brings it
    except ImportError:
        return None
    try:
        pynvml.nvmlInit()
        return GpuCollector(pynvml)
    except pynvml.NVMLError:  # no driver
        return None
