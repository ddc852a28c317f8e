"""Triton's Python backend around `model.onnx`: the wheel's tritonserver has no ONNX Runtime backend of its own."""

from pathlib import Path

import numpy as np
import onnxruntime
import triton_python_backend_utils as pb_utils  # Triton puts this on the path


class TritonPythonModel:
    """One session per instance; the requests of a batch run together, as in Triton's own ONNX Runtime backend."""

    def initialize(self, args):
        folder = Path(args["model_repository"]) / args["model_version"]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self.inputs = [each.name for each in self.session.get_inputs()]
        self.outputs = [each.name for each in self.session.get_outputs()]

    def execute(self, requests):
        feeds = [
            {name: pb_utils.get_input_tensor_by_name(request, name).as_numpy() for name in self.inputs}
            for request in requests
        ]
        batch = {name: np.concatenate([feed[name] for feed in feeds]) for name in self.inputs}
        results = dict(zip(self.outputs, self.session.run(self.outputs, batch), strict=True))
        stops = np.cumsum([len(feed[self.inputs[0]]) for feed in feeds])
        return self._split(results, stops)

    def _split(self, results, stops):
        parts = {name: np.split(array, stops[:-1]) for name, array in results.items()}
        return [
            pb_utils.InferenceResponse([pb_utils.Tensor(name, parts[name][at]) for name in parts])
            for at in range(len(stops))
        ]
