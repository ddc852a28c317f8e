"""Manifest and device of a served version, from the server's model configuration and metadata."""

import time
from dataclasses import dataclass, field
from typing import Any

from tritonclient.grpc.model_config_pb2 import ModelConfig, ModelInstanceGroup

from critic_core.contracts.errors import InferenceFailed, InferenceUnavailable
from critic_core.contracts.manifest import (
    DEVICE_PARAMETER,
    EMBEDDING_NAME,
    INPUT_NAME,
    KIND_NAME,
    PROBABILITY_NAME,
    Manifest,
    manifest_parameter,
    parse_manifest,
)
from critic_core.contracts.routing import newest

_DEVICES = {ModelInstanceGroup.KIND_CPU: "cpu", ModelInstanceGroup.KIND_GPU: "cuda"}


@dataclass(frozen=True)
class ModelInfo:
    """A served version, as of `read_at` (monotonic seconds)."""

    manifest: Manifest
    device: str
    read_at: float = field(default_factory=time.monotonic)


def read_model_info(config: ModelConfig, metadata: Any, version: str) -> ModelInfo:
    """The info of a version, or of the newest one.

    Raises InferenceUnavailable for an unloaded version, and InferenceFailed for a model that does not fit the worker.
    """
    manifest = _manifest(config, version or _newest(metadata.versions, config))
    _check_fit(metadata, manifest)
    return ModelInfo(manifest, _device(config))


def _newest(versions: Any, config: ModelConfig) -> str:
    version = newest(name for name in versions if manifest_parameter(name) in config.parameters)
    if version is None:
        raise InferenceFailed(f"The model {config.name} carries no manifest for its versions {list(versions)}.")
    return version


def _manifest(config: ModelConfig, version: str) -> Manifest:
    key = manifest_parameter(version)
    if key not in config.parameters:  # unloaded between its answer and this request
        raise InferenceUnavailable(f"{config.name} version {version} is not served any more.")
    try:
        return parse_manifest(config.parameters[key].string_value)
    except ValueError as error:
        raise InferenceFailed(f"The manifest of {config.name} version {version} cannot be read: {error}") from error


def _device(config: ModelConfig) -> str:
    if DEVICE_PARAMETER in config.parameters:
        return str(config.parameters[DEVICE_PARAMETER].string_value)
    kinds = {_DEVICES[group.kind] for group in config.instance_group if group.kind in _DEVICES}
    return "+".join(sorted(kinds)) or "unknown"


def _check_fit(metadata: Any, manifest: Manifest) -> None:
    """Raise InferenceFailed unless the model's inputs and outputs have the expected types and shapes."""
    size = manifest.preprocessing.size
    expected = {
        INPUT_NAME: ("UINT8", [-1, size, size, 3]),
        PROBABILITY_NAME: ("FP32", [-1, 2]),
        EMBEDDING_NAME: ("FP32", [-1, manifest.embedding_size]),
    }
    if manifest.kinds:
        expected[KIND_NAME] = ("FP32", [-1, len(manifest.kinds)])
    actual = {tensor.name: (tensor.datatype, list(tensor.shape)) for tensor in [*metadata.inputs, *metadata.outputs]}
    for name, (datatype, shape) in expected.items():
        if name not in actual or not _fits(actual[name], datatype, shape):
            raise InferenceFailed(f"The model has {name} as {actual.get(name)}; {datatype} {shape} was expected.")


def _fits(actual: tuple[str, list[int]], datatype: str, shape: list[int]) -> bool:
    """-1 stands for any number."""
    return (
        actual[0] == datatype
        and len(actual[1]) == len(shape)
        and all(size in (expected, -1) for size, expected in zip(actual[1][1:], shape[1:], strict=True))
    )
