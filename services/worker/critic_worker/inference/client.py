"""The one client of the Open Inference Protocol v2 (gRPC). It cannot tell our server from Triton.

Imported in pool children only: a gRPC channel does not survive a fork.
Protocol: https://github.com/kserve/open-inference-protocol, and Triton's model configuration extension.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from tritonclient.grpc import InferenceServerClient, InferInput, InferRequestedOutput, InferResult
from tritonclient.grpc.model_config_pb2 import ModelConfig, ModelInstanceGroup
from tritonclient.utils import InferenceServerException

from critic_core.contracts.errors import InferenceFailed, InferenceUnavailable
from critic_core.contracts.manifest import (
    EMBEDDING_NAME,
    INPUT_NAME,
    PROBABILITY_NAME,
    Manifest,
    manifest_parameter,
    parse_manifest,
)
from critic_core.contracts.routing import newest
from critic_worker.inference.classifier import Answer, ModelReplaced, Tensor

T = TypeVar("T")

# The same request would be refused again; everything else may be better in a moment.
_REFUSALS = ("StatusCode.INVALID_ARGUMENT", "StatusCode.UNIMPLEMENTED", "StatusCode.OUT_OF_RANGE")
# A Triton that stops says first that it is stopping, and then for seconds that it knows no such model.
_AWAY = ("StatusCode.UNAVAILABLE", "StatusCode.NOT_FOUND")
_CONFIG_MAX_AGE_SECONDS = 60.0
_CHANNEL = [
    # Without these, a server that was away for long is not tried again for up to two minutes.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 500),
    ("grpc.max_reconnect_backoff_ms", 1000),
    # A balancer that was replaced has another address: its name is looked up anew at once, not half a minute later.
    ("grpc.dns_min_time_between_resolutions_ms", 500),
    # A peer that vanished without a word is noticed; calls have deadlines besides.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 5_000),
]
_DEVICES = {ModelInstanceGroup.KIND_CPU: "cpu", ModelInstanceGroup.KIND_GPU: "cuda"}


@dataclass(frozen=True)
class Served:
    """What the server says it serves."""

    manifest: Manifest
    device: str
    read_at: float


class InferenceClient:
    """Asks one model by its name, and by its version where one is given; else whichever the server chooses answers.

    Which one it was is told with the answer.
    """

    def __init__(self, url: str, model: str, timeout_seconds: float, version: str = "") -> None:
        self._client = InferenceServerClient(url, channel_args=_CHANNEL)
        self._model, self._timeout, self._version = model, timeout_seconds, version
        self._served: Served | None = None

    def manifest(self) -> Manifest:
        """The manifest of its version, or of the newest one served."""
        return self._known().manifest

    def classify(self, tensors: Sequence[Tensor]) -> list[Answer]:
        """Ask about photos, each uint8 `[size, size, 3]`, in one request: what the server batches is not taken apart.

        Raises InferenceUnavailable (worth another try), ModelReplaced (prepare the photo anew) or InferenceFailed
        (model and worker do not fit together).
        """
        self._known()
        try:
            result = self._call(lambda: self._infer(np.stack(tensors)))
        except InferenceFailed as error:
            self._raise_if_replaced(tensors[0].shape[0], error)
            raise
        served = self._of_version(result.get_response().model_version)
        return _answers(result, served)

    def served(self) -> list[str]:
        """The names of all models that the server can answer with. Raises InferenceUnavailable."""
        told = self._call(lambda: self._client.get_model_repository_index(client_timeout=self._timeout))
        return sorted({each.name for each in told.models if each.state == "READY"})

    def versions(self) -> list[str]:
        """The versions of the model that are served now. Raises InferenceUnavailable."""
        told = self._call(lambda: self._client.get_model_metadata(self._model, client_timeout=self._timeout))
        return [str(version) for version in told.versions]

    def close(self) -> None:
        """Let the connection go."""
        self._client.close()

    def _infer(self, batch: npt.NDArray[np.uint8]) -> InferResult:
        image = InferInput(INPUT_NAME, list(batch.shape), "UINT8")
        image.set_data_from_numpy(batch)
        outputs = [InferRequestedOutput(PROBABILITY_NAME), InferRequestedOutput(EMBEDDING_NAME)]
        return self._client.infer(
            self._model, [image], model_version=self._version, outputs=outputs, client_timeout=self._timeout
        )

    def _known(self) -> Served:
        if self._served is None or time.monotonic() - self._served.read_at > _CONFIG_MAX_AGE_SECONDS:
            self._served = self._read()
        return self._served

    def _of_version(self, version: str) -> Served:
        """Provenance is of the version that answered: when that is another than expected, ask what it is."""
        served = self._known()
        if served.manifest.version != version:
            served = self._served = self._read(version)
        return served

    def _raise_if_replaced(self, side: int, refusal: InferenceFailed) -> None:
        """What is known of the model may be a minute old: perhaps a newer version is fed otherwise."""
        self._served = self._read()
        if self._served.manifest.preprocessing.size != side:
            raise ModelReplaced from refusal

    def _read(self, version: str | None = None) -> Served:
        client, asked, timeout = self._client, (self._model, self._version), self._timeout
        config = self._call(lambda: client.get_model_config(*asked, client_timeout=timeout)).config
        metadata = self._call(lambda: client.get_model_metadata(*asked, client_timeout=timeout))
        manifest = _manifest(config, version or self._version or _newest(metadata.versions, config))
        _check_fit(metadata, manifest)
        return Served(manifest, _device(config), time.monotonic())

    def _call(self, call: Callable[[], T]) -> T:
        """Behind a balancer a second try lands on another server; the model may have changed with it."""
        try:
            return _translated(call)
        except InferenceUnavailable as error:
            self._served = None
            if not isinstance(error, _Away):
                raise
        return _translated(call)


class _Away(InferenceUnavailable):
    """The connection was refused, lost or drained: nothing was computed."""


def _translated(call: Callable[[], T]) -> T:
    try:
        return call()
    except InferenceServerException as error:
        status, said = str(error.status()), str(error.message())
        if status in _REFUSALS:
            raise InferenceFailed(f"The inference server refused the photo: {said}") from error
        kind = _Away if status in _AWAY else InferenceUnavailable
        raise kind(f"The inference server does not answer: {said}") from error


def _newest(versions: Any, config: ModelConfig) -> str:
    found = newest(name for name in versions if manifest_parameter(name) in config.parameters)
    if found is None:
        raise InferenceFailed(f"The model {config.name} carries no manifest for its versions {list(versions)}.")
    return found


def _manifest(config: ModelConfig, version: str) -> Manifest:
    key = manifest_parameter(version)
    if key not in config.parameters:  # it answered, and was taken away before it could be asked about
        raise InferenceUnavailable(f"{config.name} version {version} is not served any more.")
    try:
        return parse_manifest(config.parameters[key].string_value)
    except ValueError as error:
        raise InferenceFailed(f"The manifest of {config.name} version {version} cannot be read: {error}") from error


def _device(config: ModelConfig) -> str:
    kinds = {_DEVICES[group.kind] for group in config.instance_group if group.kind in _DEVICES}
    return "+".join(sorted(kinds)) or "unknown"


def _check_fit(metadata: Any, manifest: Manifest) -> None:
    """The model takes what we prepare, and gives what we read."""
    side = manifest.preprocessing.size
    wanted = {
        INPUT_NAME: ("UINT8", [-1, side, side, 3]),
        PROBABILITY_NAME: ("FP32", [-1, 2]),
        EMBEDDING_NAME: ("FP32", [-1, manifest.embedding_size]),
    }
    given = {one.name: (one.datatype, list(one.shape)) for one in [*metadata.inputs, *metadata.outputs]}
    for name, (datatype, shape) in wanted.items():
        if name not in given or not _fits(given[name], datatype, shape):
            raise InferenceFailed(f"The model has {name} as {given.get(name)}; {datatype} {shape} was expected.")


def _fits(given: tuple[str, list[int]], datatype: str, shape: list[int]) -> bool:
    """-1 stands for any number."""
    return (
        given[0] == datatype
        and len(given[1]) == len(shape)
        and all(is_ in (should, -1) for is_, should in zip(given[1][1:], shape[1:], strict=True))
    )


def _answers(result: InferResult, served: Served) -> list[Answer]:
    probability, embedding = result.as_numpy(PROBABILITY_NAME), result.as_numpy(EMBEDDING_NAME)
    if probability is None or embedding is None or not np.isfinite(probability).all():
        raise InferenceFailed("The model's answer lacks an output, or is not a number.")
    values = np.clip(probability[:, 1].astype(float), 0.0, 1.0)  # float32 may round a hair past 1
    vectors = np.asarray(embedding, np.float32)
    return [
        Answer(float(value), vector, served.manifest, served.device)
        for value, vector in zip(values, vectors, strict=True)
    ]
