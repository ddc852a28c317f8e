"""Settings of the inference server."""

from enum import StrEnum
from pathlib import Path

from pydantic import Field

from critic_core.runtime.packaged import packaged_folder
from critic_core.runtime.settings import CriticSettings

MEBI = 1024 * 1024


class Device(StrEnum):
    """Where the network is computed."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"


class Engine(StrEnum):
    """What computes the network."""

    onnxruntime = "onnxruntime"
    openvino = "openvino"


class IoBinding(StrEnum):
    """IO binding: preallocated input and output buffers for each batch size."""

    auto = "auto"  # on CUDA, where it saves a device allocation per batch
    on = "on"
    off = "off"


def packaged_models() -> Path:
    """The model repository in the package, or the checkout's."""
    return packaged_folder("critic_inference", "model_repository", in_checkout="services/inference/model_repository")


class InferenceSettings(CriticSettings):
    """The inference server's settings."""

    model_repository: Path = Field(
        default_factory=packaged_models,
        description="Folder of models in Triton's layout; by default the one shipped with the package.",
    )
    model_poll_seconds: float = Field(
        default=5.0,
        ge=0,
        description="How often the model repository is polled for new versions, seconds; 0: only at the start.",
    )
    device: Device = Field(
        default=Device.auto,
        description="cpu, cuda or auto (cuda where there is one). With cuda and no GPU, the server stays "
        "not ready and logs the reason.",
    )
    inference_engine: Engine = Field(
        default=Engine.onnxruntime,
        description="onnxruntime or openvino (extra inference-openvino): bfloat16 where the CPU computes it, faster "
        "and less exact. With openvino and no OpenVINO, the server stays not ready and logs the reason.",
    )
    inference_host: str = Field(
        default="127.0.0.1", description="Address the inference server listens on; 0.0.0.0 in a container."
    )
    inference_http_port: int = Field(default=8000, ge=1, le=65535, description="HTTP port of the inference protocol.")
    inference_grpc_port: int = Field(default=8001, ge=1, le=65535, description="gRPC port of the inference protocol.")
    inference_metrics_port: int = Field(default=8002, ge=1, le=65535, description="Port of Prometheus' /metrics.")
    inference_threads: int = Field(
        default=0, ge=0, description="CPU threads that compute one batch; 0: every CPU this process may use."
    )
    inference_allow_spinning: bool = Field(
        default=False,
        description="Let idle compute threads spin instead of sleep: a little faster alone, wasteful beside others.",
    )
    gpu_device: int = Field(
        default=0,
        ge=0,
        description="Index of the GPU among those that this process sees; 0 in a container with one GPU.",
    )
    gpu_memory_limit_mib: int = Field(
        default=0,
        ge=0,
        description="Memory limit of one model's GPU arena, MiB; 0: gpu_mem_limit of its config.pbtxt.",
    )
    io_binding: IoBinding = Field(
        default=IoBinding.auto,
        description="on, off or auto (on CUDA): IO binding, preallocated input and output buffers for each batch size.",
    )
    inference_max_request_bytes: int = Field(default=64 * MEBI, ge=1, description="Largest inference request, bytes.")
    inference_drain_delay_seconds: float = Field(
        default=2.0,
        ge=0,
        description="After SIGTERM, not ready but still serving for this long, until balancers have noticed.",
    )
    inference_drain_deadline_seconds: float = Field(
        default=20.0, gt=0, description="After the drain delay: requests in flight get this long to finish."
    )
