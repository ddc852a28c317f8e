"""The whole critique within a request handler: our decoding, measures, faces, fingerprint, preview, and the network.

Runs in the environment of another server; CRITIC_BENCH_MODEL names the folder of the model's version.
"""

import base64
import json
import os
from pathlib import Path

import onnxruntime

from critic_core.contracts.manifest import parse_manifest
from critic_core.imaging.limits import DEFAULT_LIMITS
from critic_worker.decoding.face_networks import load_face_networks
from critic_worker.decoding.preparation import prepare_photo


class PhotoCritic:
    """The model of this process."""

    def __init__(self) -> None:
        model = Path(os.environ["CRITIC_BENCH_MODEL"])
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(model / "model.onnx", options, providers=["CPUExecutionProvider"])
        self._preprocessing = parse_manifest((model / "manifest.json").read_bytes()).preprocessing
        load_face_networks()

    def critique(self, data: bytes) -> str:
        """JSON of the analysis and of the network's outputs."""
        photo = prepare_photo(data, self._preprocessing, DEFAULT_LIMITS)
        names = [output.name for output in self._session.get_outputs()]
        outputs = dict(zip(names, self._session.run(None, {"image": photo.tensor[None]}), strict=True))
        texts = {name: base64.b64encode(values.tobytes()).decode() for name, values in outputs.items()}
        return json.dumps(
            {"network": texts, "preview_bytes": len(photo.preview)} | photo.analysis.model_dump(mode="json")
        )
