"""A version of a model: loaded, warmed, batched, counted."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from critic_core.contracts.errors import CriticError
from critic_core.contracts.manifest import MODEL_FILE
from critic_core.runtime.allocator import release_freed_memory
from critic_core.runtime.logs import logger
from critic_inference.batching.batcher import Batcher, DeviceProbe
from critic_inference.batching.buckets import bucket_sizes
from critic_inference.batching.policy import batch_policy
from critic_inference.batching.statistics import Statistics
from critic_inference.engine.choice import open_session
from critic_inference.engine.session import Session
from critic_inference.engine.slices import in_slices
from critic_inference.errors import ModelNotReady
from critic_inference.serving.config import check_config, complete_config, device_for, input_specs, memory_limit_mib
from critic_inference.serving.golden import check_golden
from critic_inference.serving.weights import check_weights
from critic_inference.settings import InferenceSettings
from critic_inference.tensors import NUMPY_TYPES, TensorSpec

log = logger(__name__)


class State(StrEnum):
    """Triton's states of a model version."""

    loading = "LOADING"
    ready = "READY"
    unavailable = "UNAVAILABLE"


@dataclass(eq=False, slots=True)
class ModelVersion:
    """One numbered folder of a model, in any state."""

    name: str
    number: int
    config: Any  # model_config_pb2.ModelConfig; completed once loaded
    state: State = State.loading
    reason: str = "still loading"
    device: str = ""
    statistics: Statistics = field(default_factory=Statistics)
    batcher: Batcher | None = None

    def serving(self) -> Batcher:
        """The batcher of a ready version. Raises ModelNotReady."""
        if self.batcher is None or self.state is not State.ready:
            raise ModelNotReady(f"Model '{self.name}' version {self.number} is not ready: {self.reason}.")
        return self.batcher

    def activate(self, session: Session, threads: ThreadPoolExecutor) -> None:
        """Accept requests, computed in these threads; called on the event loop."""
        self.config = complete_config(self.config, session.device)
        self.device = session.device
        probe = DeviceProbe(partial(warm_up, session, input_specs(self.config), 1), self._on_device_lost)
        self.batcher = Batcher(session, batch_policy(self.config), self.statistics, threads, probe)
        self.batcher.start()
        self.state, self.reason = State.ready, ""

    def mark_unavailable(self, reason: str) -> None:
        """Enter the state UNAVAILABLE with its reason."""
        self.state, self.reason = State.unavailable, reason
        log.error("model_unavailable", model=self.name, version=self.number, reason=reason)

    def _on_device_lost(self, error: Exception) -> None:
        """A lost device stays lost for this process: SIGTERM ends it, and a replacement starts."""
        if self.state is not State.ready:
            return
        self.mark_unavailable(f"it computes nothing any more: {state_reason(error)}")
        signal.raise_signal(signal.SIGTERM)


def load_session(version: ModelVersion, folder: Path, settings: InferenceSettings) -> Session:
    """Load, warm and verify the model file; slow, to be called in the compute thread.

    Raises ModelUnusable or ComputeFailed.
    """
    started = time.perf_counter()
    version_folder = folder / str(version.number)
    path = version_folder / (version.config.default_model_filename or MODEL_FILE)
    check_weights(path)
    limit = memory_limit_mib(version.config, settings.gpu_memory_limit_mib)
    limited = settings.model_copy(update={"gpu_memory_limit_mib": limit})
    whole = open_session(path, device_for(version.config, settings.device), limited)
    check_config(version.config, whole)
    session = in_slices(whole, version.config.max_batch_size)
    loaded = time.perf_counter()
    warm_up(session, input_specs(version.config), version.config.max_batch_size)
    check_golden(session, version_folder)
    release_freed_memory()  # of the conversion of weights and of the largest batches
    log.info(
        "model_ready",
        model=version.name,
        version=version.number,
        device=session.device,
        load_seconds=round(loaded - started, 3),
        warm_up_seconds=round(time.perf_counter() - loaded, 3),
    )
    return session


def warm_up(session: Session, inputs: tuple[TensorSpec, ...], max_rows: int) -> None:
    """Compute zeros once at every batch size, so that no client pays for the first run."""
    for rows in bucket_sizes(max_rows) or (1,):
        session.run({spec.name: _zeros(spec, rows) for spec in inputs})


def _zeros(spec: TensorSpec, rows: int) -> np.ndarray[Any, np.dtype[np.generic]]:
    batch, *rest = spec.shape or (1,)
    shape = (rows if batch == -1 else batch, *(1 if length == -1 else length for length in rest))
    return np.zeros(shape if spec.shape else (), NUMPY_TYPES[spec.datatype])


def state_reason(error: Exception) -> str:
    """An error as the reason of a state, without the full stop: it becomes part of a sentence."""
    reason = error.detail if isinstance(error, CriticError) else f"{type(error).__name__}: {error}"
    return reason.rstrip(".")
