"""The models that the suite is run on, in Triton's layout."""

from pathlib import Path

from tests.contract.inference.onnx_models import quick_model, save, slow_model

SHIPPED = Path(__file__).parents[3] / "services" / "inference" / "model_repository"
SHIPPED_VERSIONS = sorted((path.parents[1].name, path.parent.name) for path in SHIPPED.glob("*/*/model.onnx"))
QUICK_MAX_BATCH = 8
SLOW_MAX_QUEUE = 2
MANIFEST = '{\\"name\\": \\"quick\\"}'

CONFIG = """
name: "{name}"
platform: "onnxruntime_onnx"
max_batch_size: {max_batch}
input [ {{ name: "image" data_type: TYPE_UINT8 dims: [ 224, 224, 3 ] }} ]
output [
  {{ name: "probability" data_type: TYPE_FP32 dims: [ 2 ] }},
  {{ name: "embedding" data_type: TYPE_FP32 dims: [ 16 ] }}
]
instance_group [ {{ count: 1 kind: KIND_AUTO }} ]
{rest}
"""
QUICK = """
version_policy { all {} }
dynamic_batching { preferred_batch_size: [ 4, 8 ] max_queue_delay_microseconds: 20000 }
parameters { key: "manifest.1" value { string_value: "MANIFEST" } }
parameters { key: "manifest.2" value { string_value: "MANIFEST" } }
""".replace("MANIFEST", MANIFEST)
SLOW = "dynamic_batching { default_queue_policy { max_queue_size: %d } }" % SLOW_MAX_QUEUE  # noqa: UP031 - braces


def make_repository(folder: Path) -> Path:
    """`quick` serves versions 1 and 2, `newest` only 2 of two, `slow` computes one request at a time and queues few."""
    for version, seed in (("1", 7), ("2", 8)):
        save(quick_model(seed), folder / "quick" / version)
        save(quick_model(seed), folder / "newest" / version)
    save(slow_model(), folder / "slow" / "1")
    _config(folder, "quick", QUICK_MAX_BATCH, QUICK)
    _config(folder, "newest", QUICK_MAX_BATCH, "")
    _config(folder, "slow", 1, SLOW)
    return folder


def _config(folder: Path, name: str, max_batch: int, rest: str) -> None:
    (folder / name / "config.pbtxt").write_text(CONFIG.format(name=name, max_batch=max_batch, rest=rest))
