"""Sessions that compute on nothing but numpy, so that batching can be tested alone."""

import threading
from collections.abc import Mapping

import numpy as np

from critic_inference.errors import ComputeFailed
from critic_inference.tensors import Array, TensorSpec


class Doubler:
    """Twice the input; remembers the batches it saw. `gate` holds it up, `breaks` makes it fail."""

    device = "cpu"
    inputs = (TensorSpec("x", "FP32", (-1, 3)),)
    outputs = (TensorSpec("y", "FP32", (-1, 3)),)

    def __init__(self, fixed_shapes: bool = False) -> None:
        self.fixed_shapes = fixed_shapes
        self.batches: list[int] = []
        self.gate = threading.Event()
        self.gate.set()
        self.breaks = False

    def run(self, feeds: Mapping[str, Array]) -> dict[str, Array]:
        """y = 2x."""
        self.batches.append(len(feeds["x"]))
        assert self.gate.wait(10)
        if self.breaks:
            raise ComputeFailed("the adder is out of twos")
        return {"y": np.asarray(feeds["x"]) * 2}


def rows(*values: float) -> dict[str, Array]:
    """A request with one row a value."""
    return {"x": np.repeat(np.array(values, np.float32)[:, None], 3, axis=1)}
