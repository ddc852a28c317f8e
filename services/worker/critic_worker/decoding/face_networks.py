"""The networks of faces on a core of this process, from the weights beside this file (weights/SOURCES.txt).

Imported, ONNX Runtime starts threads, and by default reports to Microsoft: a decoder imports it when confined.
"""

import os
from functools import cache
from pathlib import Path

import numpy as np

from critic_core.imaging.faces.networks import FaceNetworks, Floats, Network

WEIGHTS = Path(__file__).parent / "weights"


@cache
def load_face_networks() -> FaceNetworks:
    """Opened once a process."""
    return FaceNetworks(_network("detector"), _network("mesh"), _network("eye"))


def _network(name: str) -> Network:
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime  # noqa: PLC0415 - see above

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # three small networks: an arena each would hold memory for nothing
    session = onnxruntime.InferenceSession(str(WEIGHTS / f"{name}.onnx"), options, providers=["CPUExecutionProvider"])

    def run(batch: Floats) -> tuple[Floats, Floats]:
        first, second = session.run(None, {"input": np.ascontiguousarray(batch, np.float32)})
        return first, second

    return run
