"""The choice of the runtime, without one."""

import pytest

from critic_inference.engine import choice
from critic_inference.errors import ModelUnusable
from critic_inference.settings import Device, Engine

BFLOAT16, PLAIN = True, False


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    packages, bfloat16 = request.param
    monkeypatch.setattr(choice, "_is_installed", packages.__contains__)
    monkeypatch.setattr(choice, "_computes_bfloat16", lambda: bfloat16)


def on(packages: set[str], bfloat16: bool) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("machine", [(packages, bfloat16)], indirect=True)


@on({"openvino", "onnxruntime"}, BFLOAT16)
@pytest.mark.parametrize(
    ("device", "engine", "expected"),
    [
        (Device.auto, Engine.auto, True),
        (Device.cpu, Engine.auto, True),
        (Device.cuda, Engine.auto, False),
        (Device.cpu, Engine.openvino, True),
        (Device.cpu, Engine.onnxruntime, False),
    ],
)
def test_openvino_computes_where_the_cpu_has_bfloat16(
    machine: None, device: Device, engine: Engine, expected: bool
) -> None:
    assert choice.uses_openvino(device, engine) is expected


@on({"openvino", "onnxruntime"}, PLAIN)
def test_elsewhere_it_computes_on_request_only(machine: None) -> None:
    assert not choice.uses_openvino(Device.auto, Engine.auto)
    assert choice.uses_openvino(Device.auto, Engine.openvino)


@on({"openvino", "onnxruntime-gpu"}, BFLOAT16)
def test_a_build_for_gpus_goes_before(machine: None) -> None:
    assert not choice.uses_openvino(Device.auto, Engine.auto)


@on({"onnxruntime"}, BFLOAT16)
def test_a_missing_openvino_is_an_error_only_on_request(machine: None) -> None:
    assert not choice.uses_openvino(Device.auto, Engine.auto)
    with pytest.raises(ModelUnusable, match="install inference-openvino"):
        choice.uses_openvino(Device.auto, Engine.openvino)


@on({"openvino"}, BFLOAT16)
def test_a_gpu_is_not_openvinos(machine: None) -> None:
    with pytest.raises(ModelUnusable, match="CRITIC_DEVICE=cuda"):
        choice.uses_openvino(Device.cuda, Engine.openvino)
