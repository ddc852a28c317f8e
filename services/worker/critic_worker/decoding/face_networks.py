"""The networks of faces on a core of this process, from the weights beside this file (weights/README.md)."""

from functools import cache
from pathlib import Path

import numpy as np
import onnxruntime

from critic_core.imaging.faces.networks import FaceNetworks, Floats, Network

WEIGHTS = Path(__file__).parent / "weights"


@cache
def load_face_networks() -> FaceNetworks:
    """Opened once a process: before it gives up the right to read files elsewhere."""
    return FaceNetworks(_network("detector"), _network("mesh"), _network("eye"))


def _network(name: str) -> Network:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # three small networks: an arena each would hold memory for nothing
    session = onnxruntime.InferenceSession(str(WEIGHTS / f"{name}.onnx"), options, providers=["CPUExecutionProvider"])

    def run(batch: Floats) -> tuple[Floats, Floats]:
        first, second = session.run(None, {"input": np.ascontiguousarray(batch, np.float32)})
        return first, second

    return run
