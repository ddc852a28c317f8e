"""The interface of a runtime. A new runtime is one more file here, with a class of this protocol."""

from collections.abc import Mapping
from typing import Protocol

from critic_inference.tensors import Array, TensorSpec


class Session(Protocol):
    """A model loaded by a runtime on a device. `run` may be called from several threads at once."""

    @property
    def device(self) -> str:
        """The device in use: `cpu`, `cpu-bf16` (computed in bfloat16) or `cuda`."""

    @property
    def fixed_shapes(self) -> bool:
        """True where a new batch size is costly, so that batches are padded to a few sizes."""

    @property
    def inputs(self) -> tuple[TensorSpec, ...]:
        """The inputs, as the model file declares them."""

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        """The outputs, as the model file declares them."""

    def run(self, feeds: Mapping[str, Array]) -> dict[str, Array]:
        """Compute every output. Raises ComputeFailed."""
