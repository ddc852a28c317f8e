"""`config.pbtxt`: read, checked against the model file, and completed with what the server decided."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from google.protobuf import text_format
from tritonclient.grpc import model_config_pb2

from critic_core.runtime.logs import logger
from critic_inference.engine.session import Session
from critic_inference.errors import ModelUnusable
from critic_inference.serving.fields import unheeded
from critic_inference.settings import MEBI, Device
from critic_inference.tensors import TensorSpec, datatype_of

log = logger(__name__)

CONFIG_FILE = "config.pbtxt"
MODEL_FILE = "model.onnx"
GPU_MEM_LIMIT = "gpu_mem_limit"
KIND_CPU = model_config_pb2.ModelInstanceGroup.KIND_CPU
KIND_GPU = model_config_pb2.ModelInstanceGroup.KIND_GPU
KINDS = {"cpu": KIND_CPU, "cuda": KIND_GPU}


def read_config(folder: Path) -> Any:
    """The `ModelConfig` of a model's folder. Raises ModelUnusable."""
    try:
        text = (folder / CONFIG_FILE).read_text(encoding="utf-8")
        config = text_format.Parse(text, model_config_pb2.ModelConfig())
    except (OSError, text_format.ParseError) as error:
        raise ModelUnusable(f"{CONFIG_FILE}: {error}") from error
    if config.name not in ("", folder.name):
        raise ModelUnusable(f"{CONFIG_FILE} names the model '{config.name}', its folder '{folder.name}'")
    config.name = folder.name
    if passed_over := unheeded(config):
        log.warning("config_fields_ignored", model=folder.name, fields=passed_over)
    return config


def device_for(config: Any, asked: Device) -> Device:
    """The operator's choice; `auto` leaves it to the model's instance group (KIND_CPU or KIND_GPU)."""
    kinds = {group.kind for group in config.instance_group}
    if asked is Device.auto and KIND_GPU in kinds:
        return Device.cuda
    if asked is Device.auto and KIND_CPU in kinds:
        return Device.cpu
    return asked


def memory_limit_mib(config: Any, asked: int) -> int:
    """The operator's choice; 0 leaves it to the model's parameter `gpu_mem_limit` (bytes). Raises ModelUnusable."""
    told = config.parameters[GPU_MEM_LIMIT].string_value if GPU_MEM_LIMIT in config.parameters else "0"
    if not (told.isascii() and told.isdigit()):
        raise ModelUnusable(f"{CONFIG_FILE}: {GPU_MEM_LIMIT} is '{told}', not a number of bytes")
    return asked or int(told) // MEBI


def check_config(config: Any, session: Session) -> None:
    """Refuse a config that does not fit its model file. Raises ModelUnusable."""
    _check_tensors("input", input_specs(config), session.inputs)
    _check_tensors("output", output_specs(config), session.outputs)


def complete_config(config: Any, device: str) -> Any:
    """A copy that says what Triton also says of a loaded model: policy, files, and the device that computes."""
    told = model_config_pb2.ModelConfig()
    told.CopyFrom(config)
    told.default_model_filename = told.default_model_filename or MODEL_FILE
    if not told.backend:
        told.backend = "onnxruntime"
    if not told.HasField("version_policy"):
        told.version_policy.latest.num_versions = 1
    if not told.instance_group:
        told.instance_group.add()
    for group in told.instance_group:
        group.name = group.name or told.name
        group.count = group.count or 1
        group.kind = KINDS[device]
    return told


def input_specs(config: Any) -> tuple[TensorSpec, ...]:
    """The inputs, batch dimension included."""
    return _specs(config, config.input)


def output_specs(config: Any) -> tuple[TensorSpec, ...]:
    """The outputs, batch dimension included."""
    return _specs(config, config.output)


def _specs(config: Any, tensors: Sequence[Any]) -> tuple[TensorSpec, ...]:
    batch = (-1,) if config.max_batch_size else ()
    return tuple(TensorSpec(each.name, datatype_of(each.data_type), (*batch, *each.dims)) for each in tensors)


def _check_tensors(kind: str, told: tuple[TensorSpec, ...], real: tuple[TensorSpec, ...]) -> None:
    by_name = {spec.name: spec for spec in real}
    if not told or (kind == "input" and {spec.name for spec in told} != set(by_name)):
        raise ModelUnusable(f"{CONFIG_FILE} must name every {kind} of the model: {', '.join(by_name)}")
    for spec in told:
        if spec.name not in by_name:
            raise ModelUnusable(f"{CONFIG_FILE} names the {kind} '{spec.name}', the model has: {', '.join(by_name)}")
        if not _fits(spec, by_name[spec.name]):
            raise ModelUnusable(f"{CONFIG_FILE} says {spec}, the model file says {by_name[spec.name]}")


def _fits(told: TensorSpec, real: TensorSpec) -> bool:
    """What the config promises (-1: any length), the model file must take. A file with a fixed batch does not."""
    return told.datatype == real.datatype and real.accepts(told.shape)
