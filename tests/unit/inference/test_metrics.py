"""The histogram of batch sizes tells apart all that the shipped models allow."""

from pathlib import Path

from critic_inference.metrics import BATCH_ROWS
from critic_inference.serving.config import read_config

SHIPPED = Path(__file__).parents[3] / "services/inference/model_repository"


def test_batches_of_every_preferred_size_have_a_bucket_of_their_own(float16_models: Path) -> None:
    configs = [
        read_config(path.parent) for path in (*SHIPPED.glob("*/config.pbtxt"), *float16_models.glob("*/config.pbtxt"))
    ]
    sizes = {
        size for config in configs for size in (*config.dynamic_batching.preferred_batch_size, config.max_batch_size)
    }
    assert 256 in sizes
    assert sizes <= {*BATCH_ROWS}
