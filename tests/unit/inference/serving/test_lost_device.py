"""A version with a lost device becomes unavailable and ends its process."""

import asyncio
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest
from google.protobuf import text_format
from tests.unit.inference.sessions import Doubler, rows
from tritonclient.grpc import model_config_pb2

from critic_inference.batching.batcher import FAILURES_BEFORE_PROBE
from critic_inference.errors import ComputeFailed, ModelNotReady
from critic_inference.serving.model_version import ModelVersion, State

CONFIG = 'name: "m" max_batch_size: 4 input [{ name: "x" data_type: TYPE_FP32 dims: [3] }]'


def test_it_is_not_ready_and_its_process_gets_one_sigterm(monkeypatch: pytest.MonkeyPatch) -> None:
    raised: list[int] = []
    monkeypatch.setattr(signal, "raise_signal", raised.append)
    version = ModelVersion("m", 1, text_format.Parse(CONFIG, model_config_pb2.ModelConfig()))

    async def scenario() -> None:
        session = Doubler()
        version.activate(session, ThreadPoolExecutor(1))
        batcher = version.serving()
        session.breaks = True
        for _ in range(2 * FAILURES_BEFORE_PROBE):
            with pytest.raises(ComputeFailed):
                await batcher.infer(rows(1), 1)
        await batcher.stop()

    asyncio.run(scenario())
    assert raised == [signal.SIGTERM]
    assert version.state is State.unavailable
    with pytest.raises(ModelNotReady, match="computes nothing any more: the adder is out of twos"):
        version.serving()
