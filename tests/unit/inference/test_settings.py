import pytest
from pydantic import ValidationError

from critic_inference.settings import Device, InferenceSettings


def test_the_environment_is_read(monkeypatch, tmp_path):
    monkeypatch.setenv("CRITIC_DEVICE", "cuda")
    monkeypatch.setenv("CRITIC_INFERENCE_GRPC_PORT", "9001")
    monkeypatch.setenv("CRITIC_MODEL_REPOSITORY", str(tmp_path))
    settings = InferenceSettings()
    assert (settings.device, settings.inference_grpc_port) == (Device.cuda, 9001)
    assert settings.model_repository == tmp_path


@pytest.mark.parametrize(
    ("name", "value"), [("DEVICE", "tpu"), ("INFERENCE_HTTP_PORT", "0"), ("INFERENCE_THREADS", "-1")]
)
def test_nonsense_is_refused(monkeypatch, name, value):
    monkeypatch.setenv(f"CRITIC_{name}", value)
    with pytest.raises(ValidationError):
        InferenceSettings()


def test_by_default_the_shipped_models_are_served():
    assert InferenceSettings().model_repository.name == "model_repository"
