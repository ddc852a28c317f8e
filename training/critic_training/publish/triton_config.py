"""`config.pbtxt`: how a server batches, warms and computes the model; Triton's variants carry the manifests, too.

Our server reads `manifest.json` beside the model; Triton knows its configuration only. Sources of the fields:
https://github.com/triton-inference-server/common/blob/main/protobuf/model_config.proto and, for the options of ONNX
Runtime, https://github.com/triton-inference-server/onnxruntime_backend#readme
"""

from critic_core.contracts.manifest import (
    EMBEDDING_NAME,
    INPUT_NAME,
    KIND_NAME,
    PROBABILITY_NAME,
    Manifest,
    manifest_parameter,
)

LARGEST_BATCH = 32  # default of `publish`: on a CPU, larger batches take memory and bring nothing
LARGEST_BATCH_GPU = 256
QUEUE_DELAY_MICROSECONDS = 2000  # wait for a fuller batch: a seventh of the time to compute one photo on one core
QUEUE_SIZE = 256  # requests; a server rejects more with UNAVAILABLE at once
VERSIONS_SERVED = 2  # the newest by default, the one before by its number, for a rollback
GPU_MEMORY_BYTES = 4 * 1024**3  # a fuse for each version on each GPU, not a reservation: its arena grows as needed

# As parameters, which the backend's README calls deprecated, and not in `execution_accelerators`, name "cuda":
# where a config has any parameter (ours has the manifest), the backend overwrites those accelerators by defaults.
ONNX_RUNTIME = {
    "cudnn_conv_algo_search": "1",  # HEURISTIC; a search costs 300 to 1300 ms for each new batch size
    "arena_extend_strategy": "1",  # kSameAsRequested; doubling takes memory that nothing needs
    "gpu_mem_limit": str(GPU_MEMORY_BYTES),
    "execution_mode": "0",  # one operator after the other, each on all threads: these networks have no branches
    "intra_op_thread_count": "0",  # on the CPU: as many threads as cores
    "inter_op_thread_count": "1",
}
TENSORRT = {
    "precision_mode": "FP16",
    "max_workspace_size_bytes": str(1024**3),
    "trt_engine_cache_enable": "1",
    "trt_engine_cache_path": "/engines",  # a folder that infra/compose/triton-tensorrt.yml mounts
    "trt_timing_cache_enable": "1",
    "trt_timing_cache_path": "/engines",
}

ANYWHERE = "count: 1 kind: KIND_AUTO"  # one on each GPU that the server sees; without a GPU, on the CPU
VARIANTS = {
    "configs/auto.pbtxt": ANYWHERE,
    "configs/gpu.pbtxt": "count: 1 kind: KIND_GPU",  # without a GPU, Triton refuses to start, instead of being slow
    "configs/two-instances.pbtxt": "count: 2 kind: KIND_AUTO",
}


def config_files(manifest: Manifest, *older: Manifest, largest_batch: int = LARGEST_BATCH) -> dict[str, str]:
    """Texts by path below the model's folder: for our server, and for Triton by `--model-config-name`."""
    texts = {
        name: config(manifest, instances, largest_batch) + _manifests(manifest, *older)
        for name, instances in VARIANTS.items()
    }
    texts["configs/tensorrt.pbtxt"] = texts["configs/gpu.pbtxt"] + _tensorrt()
    return {"config.pbtxt": config(manifest, largest_batch=largest_batch), **texts}


def config(manifest: Manifest, instances: str = ANYWHERE, largest_batch: int = LARGEST_BATCH) -> str:
    """Protobuf text format, `inference.ModelConfig`, without manifests. `manifest`: the newest version's."""
    size = manifest.preprocessing.size
    image = (size, size, 3)
    batches = _batches(largest_batch)
    return "\n".join(
        [
            "# Written by critic_training. Triton's variants in configs/, which are not in git, carry the manifests.",
            f'name: "{manifest.name}"',
            'platform: "onnxruntime_onnx"',
            'backend: "onnxruntime"',
            f"version_policy {{ latest {{ num_versions: {VERSIONS_SERVED} }} }}",
            f"max_batch_size: {largest_batch}",
            _tensor("input", INPUT_NAME, "TYPE_UINT8", image),
            _tensor("output", PROBABILITY_NAME, "TYPE_FP32", (2,)),
            _tensor("output", EMBEDDING_NAME, "TYPE_FP32", (manifest.embedding_size,)),
            *([_tensor("output", KIND_NAME, "TYPE_FP32", (len(manifest.kinds),))] if manifest.kinds else []),
            "dynamic_batching {",
            f"  preferred_batch_size: {_list(batches[2:])}",
            f"  max_queue_delay_microseconds: {QUEUE_DELAY_MICROSECONDS}",
            f"  default_queue_policy {{ max_queue_size: {QUEUE_SIZE} }}",
            "}",
            f"instance_group [{{ {instances} }}]",
            *(_warm_up(batch, image) for batch in _ends_first(batches)),
            *(_parameter(key, value) for key, value in ONNX_RUNTIME.items()),
            "",
        ]
    )


def _manifests(*manifests: Manifest) -> str:
    """For clients of Triton: a parameter for each version."""
    parameters = (_parameter(manifest_parameter(m.version), m.model_dump_json()) for m in manifests)
    return "".join(f"{parameter}\n" for parameter in parameters)


def _batches(largest: int) -> tuple[int, ...]:
    """Padded batch sizes: powers of two, and the largest itself."""
    return (*(2**power for power in range((largest - 1).bit_length())), largest)


def _ends_first(batches: tuple[int, ...]) -> tuple[int, ...]:
    """TensorRT rebuilds its engine for a size outside the known range: smallest and largest first, it does so once."""
    return (batches[0], batches[-1], *batches[1:-1])


def _warm_up(batch: int, image: tuple[int, ...]) -> str:
    """Zeros cost the same as a photo, and need no file in step with the preprocessing."""
    value = f"data_type: TYPE_UINT8 dims: {_list(image)} zero_data: true"
    sample = f'inputs {{ key: "{INPUT_NAME}" value {{ {value} }} }}'
    return f'model_warmup [{{ name: "batch of {batch}" batch_size: {batch} {sample} }}]'


def _tensorrt() -> str:
    options = " ".join(f'parameters {{ key: "{key}" value: "{value}" }}' for key, value in TENSORRT.items())
    accelerator = f'gpu_execution_accelerator [{{ name: "tensorrt" {options} }}]'
    return f"optimization {{ execution_accelerators {{ {accelerator} }} }}\n"


def _parameter(key: str, value: str) -> str:
    return f'parameters {{ key: "{key}" value {{ string_value: "{quoted(value)}" }} }}'


def _tensor(side: str, name: str, data_type: str, dims: tuple[int, ...]) -> str:
    return f'{side} [{{ name: "{name}" data_type: {data_type} dims: {_list(dims)} }}]'


def _list(numbers: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, numbers))}]"


def quoted(text: str) -> str:
    """The inside of a string of protobuf's text format: bytes that are not plain ASCII as octal escapes."""
    return "".join(_escaped(byte) for byte in text.encode())


def _escaped(byte: int) -> str:
    if byte in b'"\\':
        return "\\" + chr(byte)
    return chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}"
