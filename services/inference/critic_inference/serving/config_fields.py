"""Fields of Triton's `config.pbtxt` that this server supports."""

from typing import Any

SUPPORTED_FIELDS = {
    "name": "must equal the folder's",
    "version_policy": "which versions are served",
    "max_batch_size": "the most rows of a batch",
    "input": "checked against the model file and each request",
    "output": "checked against the model file",
    "dynamic_batching": "sizes, delay, priorities, and the queue's limit and timeouts",
    "instance_group": "batches computed in parallel, and the kind of device",
    "default_model_filename": "the file in the version's folder",
    "parameters": "gpu_mem_limit is applied; clients read all",
}
REDUNDANT_FIELDS = {
    "platform": "every model is one for ONNX Runtime",
    "backend": "every model is one for ONNX Runtime",
    "model_warmup": "every batch size is warmed with zeros anyway",
}


def ignored_fields(config: Any) -> list[str]:
    """Fields that are set and that this server ignores, unlike Triton."""
    return [field.name for field, _ in config.ListFields() if field.name not in SUPPORTED_FIELDS | REDUNDANT_FIELDS]
