"""Large batches in slices, on CPUs: more rows at once are no faster there, and memory grows with them."""

from collections.abc import Mapping

import numpy as np

from critic_inference.engine.session import Session
from critic_inference.tensors import Array

ROWS = 4


class SlicedSession:
    """A session that computes at most 4 rows at once, whatever the batch."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.device, self.fixed_shapes = session.device, session.fixed_shapes
        self.inputs, self.outputs = session.inputs, session.outputs

    def run(self, feeds: Mapping[str, Array]) -> dict[str, Array]:
        """Compute every output. Raises ComputeFailed."""
        count = len(next(iter(feeds.values())))
        slices = [slice(first, first + ROWS) for first in range(0, count, ROWS)]
        results = [self._session.run({name: values[rows] for name, values in feeds.items()}) for rows in slices]
        if len(results) == 1:
            return results[0]
        return {name: np.concatenate([result[name] for result in results]) for name in results[0]}


def in_slices(session: Session, max_batch_size: int) -> Session:
    """The session; on a CPU, for a model whose config and tensors all have a batch dimension, in slices."""
    batched = max_batch_size > 0 and all(spec.shape[:1] == (-1,) for spec in (*session.inputs, *session.outputs))
    return SlicedSession(session) if batched and session.device != "cuda" else session
