"""What our server makes of each field of Triton's `config.pbtxt`."""

from typing import Any

HEEDED = {
    "name": "must be the folder's",
    "version_policy": "which versions are served",
    "max_batch_size": "the most rows of a batch",
    "input": "checked against the model file and each request",
    "output": "checked against the model file",
    "dynamic_batching": "sizes, delay, and the queue's limit and timeout",
    "instance_group": "how many batches are computed at a time, and on which kind of device",
    "default_model_filename": "the file in the version's folder",
    "parameters": "gpu_mem_limit is heeded; all are handed out to clients",
}
NEEDLESS = {
    "platform": "every model is one for ONNX Runtime",
    "backend": "every model is one for ONNX Runtime",
    "model_warmup": "every batch size is warmed in any case, and with zeros too",
}


def unheeded(config: Any) -> list[str]:
    """Fields that are set and that this server does not follow; another would answer otherwise with them."""
    return [field.name for field, _ in config.ListFields() if field.name not in HEEDED | NEEDLESS]
