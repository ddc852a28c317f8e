from tests.unit.inference.sessions import Doubler

from critic_inference.serving.model import warm_up
from critic_inference.tensors import TensorSpec


def test_every_bucket_is_computed_once():
    session = Doubler()
    warm_up(session, session.inputs, 12)
    assert session.batches == [1, 2, 4, 8, 12]


def test_a_model_without_a_batch_dimension_is_computed_once():
    session = Doubler()
    warm_up(session, (TensorSpec("x", "FP32", (5, -1)),), 0)
    assert session.batches == [5]
