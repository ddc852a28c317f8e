"""The choice of the runtime, without one."""

import pytest

from critic_inference.engine import choice
from critic_inference.errors import ModelUnusable
from critic_inference.settings import Device, Engine, InferenceSettings


@pytest.mark.parametrize("device", Device)
def test_onnx_runtime_computes_unless_openvino_is_requested(device: Device) -> None:
    assert not choice.uses_openvino(device, InferenceSettings().inference_engine)


def test_openvino_computes_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "find_spec", lambda _: object())
    assert choice.uses_openvino(Device.auto, Engine.openvino)


def test_a_missing_openvino_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "find_spec", lambda _: None)
    with pytest.raises(ModelUnusable, match="install inference-openvino"):
        choice.uses_openvino(Device.auto, Engine.openvino)


def test_a_gpu_is_not_openvinos() -> None:
    with pytest.raises(ModelUnusable, match="CRITIC_DEVICE=cuda"):
        choice.uses_openvino(Device.cuda, Engine.openvino)
