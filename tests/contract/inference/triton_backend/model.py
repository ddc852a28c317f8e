"""A backend of Triton in Python that runs `model.onnx`: what stands in for Triton's own ONNX Runtime backend."""

import json
from pathlib import Path

import numpy as np
import onnxruntime
import triton_python_backend_utils as pb_utils  # Triton puts this on the path


class TritonPythonModel:
    """One session per instance; the requests of a batch run together, as in Triton's own ONNX Runtime backend."""

    def initialize(self, args):
        """Load the version's file, with the threads of the config."""
        folder = Path(args["model_repository"]) / args["model_version"]
        parameters = json.loads(args["model_config"])["parameters"]
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = int(parameters.get("intra_op_thread_count", {}).get("string_value", 0))
        self.session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self.inputs = [node.name for node in self.session.get_inputs()]
        self.outputs = [node.name for node in self.session.get_outputs()]

    def execute(self, requests):
        """Answer all requests with one run."""
        feeds = [
            {name: pb_utils.get_input_tensor_by_name(request, name).as_numpy() for name in self.inputs}
            for request in requests
        ]
        batch = {name: np.concatenate([feed[name] for feed in feeds]) for name in self.inputs}
        results = dict(zip(self.outputs, self.session.run(self.outputs, batch), strict=True))
        stops = np.cumsum([len(feed[self.inputs[0]]) for feed in feeds])
        return self._split(results, stops)

    def _split(self, results, stops):
        rows_of = {name: np.split(array, stops[:-1]) for name, array in results.items()}
        return [
            pb_utils.InferenceResponse([pb_utils.Tensor(name, rows_of[name][at]) for name in rows_of])
            for at in range(len(stops))
        ]
