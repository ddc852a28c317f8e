"""Client of the Open Inference Protocol v2 (gRPC), for our inference server and for Triton alike.

Imported in pool processes only: a gRPC channel does not survive a fork.
Protocol: https://github.com/kserve/open-inference-protocol, and Triton's model configuration extension.
"""

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from tritonclient.grpc import InferenceServerClient, InferInput, InferResult
from tritonclient.utils import InferenceServerException

from critic_core.contracts.critique import PhotoKind
from critic_core.contracts.errors import InferenceFailed, InferenceUnavailable
from critic_core.contracts.manifest import EMBEDDING_NAME, INPUT_NAME, KIND_NAME, PROBABILITY_NAME, Manifest
from critic_worker.inference.classifier import Classification, ModelReplaced, Tensor
from critic_worker.inference.model_info import ModelInfo, read_model_info

T = TypeVar("T")

# The server would refuse the same request again; any other status is worth a retry.
_REFUSALS = ("StatusCode.INVALID_ARGUMENT", "StatusCode.UNIMPLEMENTED", "StatusCode.OUT_OF_RANGE")
# A Triton that stops answers UNAVAILABLE first, and then NOT_FOUND for seconds.
_DRAINING = ("StatusCode.UNAVAILABLE", "StatusCode.NOT_FOUND")
_CONFIG_MAX_AGE_SECONDS = 60.0
_LEAST_PROBABLE = 0.5  # of a kind
_CHANNEL = [
    # By default, gRPC waits up to two minutes before it reconnects after a long outage.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 500),
    ("grpc.max_reconnect_backoff_ms", 1000),
    # A replaced balancer has a new address: resolve its name again at once, not half a minute later.
    ("grpc.dns_min_time_between_resolutions_ms", 500),
    # Detect a peer that vanished; calls have deadlines besides.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 5_000),
]


class InferenceClient:
    """One model, and one version of it if given; otherwise the server chooses the version of each answer."""

    def __init__(self, url: str, model: str, timeout_seconds: float, version: str = "") -> None:
        self._client = InferenceServerClient(url, channel_args=_CHANNEL)
        self._model, self._timeout, self._version = model, timeout_seconds, version
        self._info: ModelInfo | None = None

    def manifest(self) -> Manifest:
        """The manifest of its version, or of the newest version served."""
        return self._current_info().manifest

    def classify(self, tensors: Sequence[Tensor]) -> list[Classification]:
        """Classify photos, each uint8 `[size, size, 3]`, in one request.

        Raises InferenceUnavailable (worth a retry), ModelReplaced (prepare the photos again) or InferenceFailed
        (model and worker do not fit together).
        """
        self._current_info()
        try:
            result = self._call(lambda: self._infer(np.stack(tensors)))
        except InferenceFailed as error:
            self._raise_if_replaced(tensors[0].shape[0], error)
            raise
        info = self._info_of_version(result.get_response().model_version)
        return _classifications(result, info)

    def served(self) -> list[str]:
        """The names of all ready models of the server. Raises InferenceUnavailable."""
        index = self._call(lambda: self._client.get_model_repository_index(client_timeout=self._timeout))
        return sorted({model.name for model in index.models if model.state == "READY"})

    def versions(self) -> list[str]:
        """The served versions of the model. Raises InferenceUnavailable."""
        metadata = self._call(lambda: self._client.get_model_metadata(self._model, client_timeout=self._timeout))
        return [str(version) for version in metadata.versions]

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _infer(self, batch: npt.NDArray[np.uint8]) -> InferResult:
        image = InferInput(INPUT_NAME, list(batch.shape), "UINT8")
        image.set_data_from_numpy(batch)
        # All outputs: the version that answers may lack the kinds of the one whose manifest is cached.
        return self._client.infer(self._model, [image], model_version=self._version, client_timeout=self._timeout)

    def _current_info(self) -> ModelInfo:
        if self._info is None or time.monotonic() - self._info.read_at > _CONFIG_MAX_AGE_SECONDS:
            self._info = self._read_info()
        return self._info

    def _info_of_version(self, version: str) -> ModelInfo:
        """Provenance names the version that answered, which need not be the expected one."""
        info = self._current_info()
        if info.manifest.version != version:
            info = self._info = self._read_info(version)
        return info

    def _raise_if_replaced(self, size: int, refusal: InferenceFailed) -> None:
        """The cached manifest may be a minute old: a newer version may have another input size."""
        self._info = self._read_info()
        if self._info.manifest.preprocessing.size != size:
            raise ModelReplaced from refusal

    def _read_info(self, version: str | None = None) -> ModelInfo:
        client, model, timeout = self._client, (self._model, self._version), self._timeout
        config = self._call(lambda: client.get_model_config(*model, client_timeout=timeout)).config
        metadata = self._call(lambda: client.get_model_metadata(*model, client_timeout=timeout))
        return read_model_info(config, metadata, version or self._version)

    def _call(self, call: Callable[[], T]) -> T:
        """One retry where nothing was computed: behind a balancer it reaches another server, perhaps another model."""
        try:
            return _translate_errors(call)
        except InferenceUnavailable as error:
            self._info = None
            if not isinstance(error, _Unreachable):
                raise
        return _translate_errors(call)


class _Unreachable(InferenceUnavailable):
    """The connection was refused, lost or drained: nothing was computed."""


def _translate_errors(call: Callable[[], T]) -> T:
    try:
        return call()
    except InferenceServerException as error:
        status, message = str(error.status()), str(error.message())
        if status in _REFUSALS:
            raise InferenceFailed(f"The inference server refused the photo: {message}") from error
        kind = _Unreachable if status in _DRAINING else InferenceUnavailable
        raise kind(f"The inference server does not answer: {message}") from error


def _classifications(result: InferResult, info: ModelInfo) -> list[Classification]:
    probability, embedding = result.as_numpy(PROBABILITY_NAME), result.as_numpy(EMBEDDING_NAME)
    if probability is None or embedding is None or not np.isfinite(probability).all():
        raise InferenceFailed("The model's answer lacks an output, or is not a number.")
    values = np.clip(probability[:, 1].astype(float), 0.0, 1.0)  # float32 may round a hair past 1
    vectors = np.asarray(embedding, np.float32)
    return [
        Classification(float(value), vector, info.manifest, info.device, kind)
        for value, vector, kind in zip(values, vectors, _kinds(result, info.manifest, len(values)), strict=True)
    ]


def _kinds(result: InferResult, manifest: Manifest, photos: int) -> list[PhotoKind | None]:
    """The most probable kind of each photo, where it has half the probability."""
    probability = result.as_numpy(KIND_NAME) if manifest.kinds else None
    if probability is None:
        return [None] * photos
    best = probability.argmax(1)
    return [
        manifest.kinds[kind] if row[kind] >= _LEAST_PROBABLE else None
        for kind, row in zip(best, probability, strict=True)
    ]
