"""The services of a stack and their environments."""

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from critic_cli.errors import CommandError
from critic_cli.stack.data_folder import DataFolder
from critic_cli.stack.plan import StackOptions, gateway_url, make_plan


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "CRITIC_REDIS_URL",
        "CRITIC_STORAGE_URL",
        "CRITIC_LOG_FORMAT",
        "CRITIC_ENVIRONMENT",
        "CRITIC_WEBHOOK_SECRETS",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def options(tmp_path: Path) -> StackOptions:
    folder = DataFolder(tmp_path)
    folder.queue.mkdir()
    return StackOptions("127.0.0.1", 8765, folder)


def test_all_services_share_the_same_addresses(options: StackOptions) -> None:
    plan = make_plan(options)
    queue, inference, worker, gateway = plan.services
    assert [service.name for service in plan.services] == ["queue", "inference", "worker", "gateway"]
    urls = {service.environment["CRITIC_REDIS_URL"] for service in (inference, worker, gateway)}
    assert urls == {plan.note.redis_url}
    storages = {service.environment["CRITIC_STORAGE_URL"] for service in (inference, worker, gateway)}
    assert storages == {options.data_folder.storage_url} == {plan.note.storage_url}
    grpc = inference.environment["CRITIC_INFERENCE_GRPC_PORT"]
    assert worker.environment["CRITIC_INFERENCE_URL"] == f"127.0.0.1:{grpc}" == plan.note.inference_grpc
    assert gateway.environment["CRITIC_GATEWAY_PORT"] == "8765"
    assert not queue.environment


def test_the_worker_starts_when_the_inference_server_listens(options: StackOptions) -> None:
    inference = make_plan(options).services[1]
    port = int(inference.environment["CRITIC_INFERENCE_GRPC_PORT"])
    assert not inference.is_up()
    with socket.create_server(("127.0.0.1", port)):
        assert inference.is_up()


def test_a_configured_queue_replaces_the_own_queue_server(
    options: StackOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRITIC_REDIS_URL", "redis://elsewhere:6379/3")
    plan = make_plan(options)
    assert [service.name for service in plan.services] == ["inference", "worker", "gateway"]
    assert plan.services[2].environment["CRITIC_REDIS_URL"] == "redis://elsewhere:6379/3"


def test_an_external_inference_server_replaces_the_own_one(options: StackOptions) -> None:
    plan = make_plan(replace(options, inference="triton.local:8001"))
    queue, worker, gateway = plan.services
    assert [queue.name, worker.name, gateway.name] == ["queue", "worker", "gateway"]
    assert worker.environment["CRITIC_INFERENCE_URL"] == "triton.local:8001" == plan.note.inference_grpc
    assert plan.note.inference_http is None


@pytest.mark.parametrize("address", ["triton", "http://triton:8000", "triton:", "tri ton:8001"])
def test_an_address_without_host_and_port_is_an_error(options: StackOptions, address: str) -> None:
    with pytest.raises(CommandError, match="host:port"):
        make_plan(replace(options, inference=address))


def test_options_of_the_own_inference_server_are_an_error_beside_an_external_one(
    options: StackOptions, tmp_path: Path
) -> None:
    for more in ({"device": "cuda"}, {"model_repository": tmp_path}):
        with pytest.raises(CommandError, match="own device and models"):
            make_plan(replace(options, inference="triton:8001", **more))


def test_the_webhook_sender_runs_if_there_is_a_secret(options: StackOptions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRITIC_WEBHOOK_SECRETS", "whsec_" + "c2VjcmV0" * 4)
    plan = make_plan(options)
    sender = next(service for service in plan.services if service.name == "webhooks")
    assert sender.command[-1] == "critic_worker.webhooks"
    assert sender.environment["CRITIC_REDIS_URL"] == plan.note.redis_url
    monkeypatch.setenv("CRITIC_WEBHOOK_SECRETS", "whsec_short")
    with pytest.raises(CommandError, match="24 to 64 bytes"):
        make_plan(options)


def test_what_is_not_all_options_for_is_left_to_the_environment(options: StackOptions) -> None:
    variables = {name for service in make_plan(options).services for name in service.environment}
    assert not variables & {"CRITIC_DEVICE", "CRITIC_MODEL_REPOSITORY", "CRITIC_WORKER_CONCURRENCY"}


def test_options_become_variables(options: StackOptions, tmp_path: Path) -> None:
    all_options = StackOptions("0.0.0.0", 80, options.data_folder, workers=3, device="cuda", model_repository=tmp_path)
    _, inference, worker, gateway = make_plan(all_options).services
    assert inference.environment["CRITIC_DEVICE"] == "cuda"
    assert inference.environment["CRITIC_MODEL_REPOSITORY"] == str(tmp_path)
    assert worker.environment["CRITIC_WORKER_CONCURRENCY"] == "3"
    assert gateway.environment["CRITIC_GATEWAY_HOST"] == "0.0.0.0"


def test_unusable_settings_are_an_error_in_a_sentence(options: StackOptions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRITIC_LOG_FORMAT", "xml")
    with pytest.raises(CommandError, match="log_format"):
        make_plan(options)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
        ("photos.local", "http://photos.local:8000"),
    ],
)
def test_the_url_is_one_that_a_browser_on_this_machine_can_open(host: str, url: str) -> None:
    assert gateway_url(host, 8000) == url
