"""`config.pbtxt`: how a server batches the model, and the manifest as a parameter.

Source of the fields: https://github.com/triton-inference-server/common/blob/main/protobuf/model_config.proto
"""

from critic_core.contracts.manifest import EMBEDDING_NAME, INPUT_NAME, PROBABILITY_NAME, Manifest, manifest_parameter

LARGEST_BATCH = 32
QUEUE_DELAY_MICROSECONDS = 2000  # what a photo waits for company: a seventh of what it costs to compute on one core
QUEUE_SIZE = 256  # photos waiting; beyond it a server says UNAVAILABLE at once


def config(manifest: Manifest, *others: Manifest) -> str:
    """Protobuf text format, `inference.ModelConfig`, of a model whose newest version is `manifest`."""
    size = manifest.preprocessing.size
    return "\n".join(
        [
            "# Written by critic_training. The parameter is manifest.json, for clients that ask the server.",
            f'name: "{manifest.name}"',
            'platform: "onnxruntime_onnx"',
            'backend: "onnxruntime"',
            f"max_batch_size: {LARGEST_BATCH}",
            _tensor("input", INPUT_NAME, "TYPE_UINT8", (size, size, 3)),
            _tensor("output", PROBABILITY_NAME, "TYPE_FP32", (2,)),
            _tensor("output", EMBEDDING_NAME, "TYPE_FP32", (manifest.embedding_size,)),
            "dynamic_batching {",
            "  preferred_batch_size: [4, 8, 16, 32]",
            f"  max_queue_delay_microseconds: {QUEUE_DELAY_MICROSECONDS}",
            f"  default_queue_policy {{ max_queue_size: {QUEUE_SIZE} }}",
            "}",
            "instance_group [{ count: 1 kind: KIND_AUTO }]",
            *(_parameter(each) for each in (manifest, *others)),
            "",
        ]
    )


def _parameter(manifest: Manifest) -> str:
    key, value = manifest_parameter(manifest.version), quoted(manifest.model_dump_json())
    return f'parameters {{ key: "{key}" value {{ string_value: "{value}" }} }}'


def _tensor(side: str, name: str, data_type: str, dims: tuple[int, ...]) -> str:
    return f'{side} [{{ name: "{name}" data_type: {data_type} dims: [{", ".join(map(str, dims))}] }}]'


def quoted(text: str) -> str:
    """The inside of a string of protobuf's text format: bytes that are not plain ASCII as octal escapes."""
    return "".join(_escaped(byte) for byte in text.encode())


def _escaped(byte: int) -> str:
    if byte in b'"\\':
        return "\\" + chr(byte)
    return chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}"
