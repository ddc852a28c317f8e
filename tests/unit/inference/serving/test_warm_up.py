import asyncio
import threading

from google.protobuf import text_format
from tests.unit.inference.sessions import Doubler, rows
from tritonclient.grpc import model_config_pb2

from critic_inference.serving import catalogue
from critic_inference.serving.model_version import ModelVersion, warm_up
from critic_inference.settings import InferenceSettings
from critic_inference.tensors import TensorSpec


def test_every_bucket_is_computed_once():
    session = Doubler()
    warm_up(session, session.inputs, 12)
    assert session.batches == [1, 2, 4, 8, 12]


def test_a_model_without_a_batch_dimension_is_computed_once():
    session = Doubler()
    warm_up(session, (TensorSpec("x", "FP32", (5, -1)),), 0)
    assert session.batches == [5]


def test_the_thread_that_warms_a_model_computes_its_batches(tmp_path, monkeypatch):
    """What CUDA and cuDNN prepare belongs to a thread: another one would pay again, in time and in memory."""
    threads: list[str] = []

    class Noted(Doubler):
        def run(self, feeds):
            threads.append(threading.current_thread().name)
            return super().run(feeds)

    def warmed(*_):
        session = Noted()
        warm_up(session, session.inputs, 4)
        return session

    monkeypatch.setattr(catalogue, "load_session", warmed)
    config = text_format.Parse("max_batch_size: 4", model_config_pb2.ModelConfig())

    async def ask():
        version = ModelVersion("doubler", 1, config)
        await catalogue.load(version, tmp_path, InferenceSettings())
        answers = [await version.serving().infer(rows(value), 1) for value in (1, 2, 3)]
        await version.serving().stop()
        return answers

    assert [float(answer["y"][0, 0]) for answer in asyncio.run(ask())] == [2, 4, 6]
    assert len(threads) == 3 + 3
    assert len(set(threads)) == 1
    assert threads[0].startswith("compute")
