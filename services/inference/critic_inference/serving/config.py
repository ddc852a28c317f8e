"""`config.pbtxt`: read, checked against the model file, completed with the server's decisions."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from google.protobuf import text_format
from tritonclient.grpc import model_config_pb2

from critic_core.contracts.manifest import (
    DEVICE_PARAMETER,
    MANIFEST_FILE,
    MODEL_FILE,
    manifest_parameter,
    parse_manifest,
)
from critic_core.runtime.logs import logger
from critic_inference.engine.session import Session
from critic_inference.errors import ModelUnusable
from critic_inference.serving.config_fields import ignored_fields
from critic_inference.serving.version_policy import versions_on_disk
from critic_inference.settings import MEBI, Device
from critic_inference.tensors import TensorSpec, datatype_of

log = logger(__name__)

CONFIG_FILE = "config.pbtxt"
GPU_MEM_LIMIT = "gpu_mem_limit"
KIND_CPU = model_config_pb2.ModelInstanceGroup.KIND_CPU
KIND_GPU = model_config_pb2.ModelInstanceGroup.KIND_GPU
KINDS = {"cpu": KIND_CPU, "cpu-bf16": KIND_CPU, "cuda": KIND_GPU}


def read_config(folder: Path) -> Any:
    """The `ModelConfig` of a model's folder, with the manifest of each version. Raises ModelUnusable."""
    try:
        text = (folder / CONFIG_FILE).read_text(encoding="utf-8")
        config = text_format.Parse(text, model_config_pb2.ModelConfig())
    except (OSError, text_format.ParseError) as error:
        raise ModelUnusable(f"{CONFIG_FILE}: {error}") from error
    if config.name not in ("", folder.name):
        raise ModelUnusable(f"{CONFIG_FILE} names the model '{config.name}', its folder '{folder.name}'")
    config.name = folder.name
    if fields := ignored_fields(config):
        log.warning("config_fields_ignored", model=folder.name, fields=fields)
    _add_manifests(config, folder)
    return config


def _add_manifests(config: Any, folder: Path) -> None:
    """`manifest.json` as a parameter, for clients. Triton needs it in the file; a model of another maker has none."""
    for version in versions_on_disk(folder):
        with suppress(OSError, ValueError):
            manifest = parse_manifest((folder / str(version) / MANIFEST_FILE).read_bytes())
            config.parameters[manifest_parameter(str(version))].string_value = manifest.model_dump_json()


def device_for(config: Any, requested: Device) -> Device:
    """The operator's choice; `auto` leaves it to the model's instance group (KIND_CPU or KIND_GPU)."""
    kinds = {group.kind for group in config.instance_group}
    if requested is Device.auto and KIND_GPU in kinds:
        return Device.cuda
    if requested is Device.auto and KIND_CPU in kinds:
        return Device.cpu
    return requested


def memory_limit_mib(config: Any, requested: int) -> int:
    """The operator's choice; 0 leaves it to the model's parameter `gpu_mem_limit` (bytes). Raises ModelUnusable."""
    limit = config.parameters[GPU_MEM_LIMIT].string_value if GPU_MEM_LIMIT in config.parameters else "0"
    if not (limit.isascii() and limit.isdigit()):
        raise ModelUnusable(f"{CONFIG_FILE}: {GPU_MEM_LIMIT} is '{limit}', not a number of bytes")
    return requested or int(limit) // MEBI


def check_config(config: Any, session: Session) -> None:
    """Refuse a config that does not fit its model file. Raises ModelUnusable."""
    _check_tensors("input", input_specs(config), session.inputs)
    _check_tensors("output", output_specs(config), session.outputs)


def complete_config(config: Any, device: str) -> Any:
    """A copy completed as Triton completes it for a loaded model: policy, files, device in use."""
    completed = model_config_pb2.ModelConfig()
    completed.CopyFrom(config)
    completed.default_model_filename = completed.default_model_filename or MODEL_FILE
    if not completed.backend:
        completed.backend = "onnxruntime"
    if not completed.HasField("version_policy"):
        completed.version_policy.latest.num_versions = 1
    if not completed.instance_group:
        completed.instance_group.add()
    for group in completed.instance_group:
        group.name = group.name or completed.name
        group.count = group.count or 1
        group.kind = KINDS[device]
    completed.parameters[DEVICE_PARAMETER].string_value = device
    return completed


def input_specs(config: Any) -> tuple[TensorSpec, ...]:
    """The inputs, batch dimension included."""
    return _specs(config, config.input)


def output_specs(config: Any) -> tuple[TensorSpec, ...]:
    """The outputs, batch dimension included."""
    return _specs(config, config.output)


def _specs(config: Any, tensors: Sequence[Any]) -> tuple[TensorSpec, ...]:
    batch = (-1,) if config.max_batch_size else ()
    return tuple(TensorSpec(tensor.name, datatype_of(tensor.data_type), (*batch, *tensor.dims)) for tensor in tensors)


def _check_tensors(kind: str, configured: tuple[TensorSpec, ...], actual: tuple[TensorSpec, ...]) -> None:
    by_name = {spec.name: spec for spec in actual}
    if not configured or (kind == "input" and {spec.name for spec in configured} != set(by_name)):
        raise ModelUnusable(f"{CONFIG_FILE} must name every {kind} of the model: {', '.join(by_name)}")
    for spec in configured:
        if spec.name not in by_name:
            raise ModelUnusable(f"{CONFIG_FILE} names the {kind} '{spec.name}', the model has: {', '.join(by_name)}")
        if not _fits(spec, by_name[spec.name]):
            raise ModelUnusable(f"{CONFIG_FILE} says {spec}, the model file says {by_name[spec.name]}")


def _fits(configured: TensorSpec, actual: TensorSpec) -> bool:
    """The model file must accept every length that the config allows (-1: any); one with a fixed batch does not."""
    return configured.datatype == actual.datatype and actual.accepts(configured.shape)
