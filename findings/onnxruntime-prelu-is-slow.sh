#!/bin/sh
# ONNX Runtime 1.32 on a CPU computes PRelu several times slower than the same function as two depthwise convolutions,
# a*x + (1-a)*max(x, 0): PRelu has no kernel for the blocked layout of its convolutions, and is not vectorised.
set -eu
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.6
cd "$folder"
cat >prelu.py <<'PYTHON'
import time

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

CHANNELS, SIDE, BLOCKS = 32, 48, 12
random = np.random.default_rng(0)
slopes = random.uniform(-1, 1, (CHANNELS, 1, 1)).astype(np.float32)
values = {
    "kernel": random.normal(0, 0.2, (CHANNELS, CHANNELS, 1, 1)).astype(np.float32),
    "slopes": slopes, "line": slopes[..., None], "bend": 1 - slopes[..., None],
}  # fmt: skip


def prelu(source, target):
    return [helper.make_node("PRelu", [source, "slopes"], [target])]


def convolutions(source, target):
    return [
        helper.make_node("Relu", [source], [f"{target}_positive"]),
        helper.make_node("Conv", [source, "line"], [f"{target}_line"], group=CHANNELS),
        helper.make_node("Conv", [f"{target}_positive", "bend"], [f"{target}_bend"], group=CHANNELS),
        helper.make_node("Add", [f"{target}_bend", f"{target}_line"], [target]),
    ]


def session(activation):
    nodes, name = [], "input"
    for block in range(BLOCKS):
        nodes += [helper.make_node("Conv", [name, "kernel"], [f"c{block}"]), *activation(f"c{block}", f"a{block}")]
        name = f"a{block}"
    ends = [helper.make_tensor_value_info(end, TensorProto.FLOAT, [1, CHANNELS, SIDE, SIDE]) for end in ("input", name)]
    weights = [numpy_helper.from_array(array, key) for key, array in values.items()]
    graph = helper.make_graph(nodes, "g", [ends[0]], [ends[1]], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 3
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def core_ms(run):
    began = time.process_time()
    run()
    return 1000 * (time.process_time() - began)


photo = random.normal(size=(1, CHANNELS, SIDE, SIDE)).astype(np.float32)
runs = [lambda s=session(activation): s.run(None, {"input": photo}) for activation in (prelu, convolutions)]
first, second = (run()[0] for run in runs)
assert np.allclose(first, second, atol=1e-3 * abs(first).max()), abs(first - second).max()
slow, fast = (min(core_ms(run) for _ in range(60)) for run in runs)
print(f"PRelu {slow:.2f} core-ms, convolutions {fast:.2f}: {slow / fast:.1f} times")
raise SystemExit(slow < 1.5 * fast)
PYTHON
./venv/bin/python prelu.py || { echo "onnxruntime changed"; exit 1; }
