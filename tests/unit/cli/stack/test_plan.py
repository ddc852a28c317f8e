"""Who is started, and what each is told."""

from dataclasses import replace
from pathlib import Path

import pytest

from critic_cli.refusal import Refusal
from critic_cli.stack.data_folder import DataFolder
from critic_cli.stack.plan import Wishes, gateway_url, make_plan


@pytest.fixture(autouse=True)
def _nothing_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "CRITIC_REDIS_URL",
        "CRITIC_STORAGE_URL",
        "CRITIC_LOG_FORMAT",
        "CRITIC_ENVIRONMENT",
        "CRITIC_WEBHOOK_SECRETS",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def wishes(tmp_path: Path) -> Wishes:
    folder = DataFolder(tmp_path)
    folder.queue.mkdir()
    return Wishes("127.0.0.1", 8765, folder)


def test_all_parts_agree_about_where_the_others_are(wishes: Wishes) -> None:
    plan = make_plan(wishes)
    queue, inference, worker, gateway = plan.services
    assert [each.name for each in plan.services] == ["queue", "inference", "worker", "gateway"]
    urls = {each.environment["CRITIC_REDIS_URL"] for each in (inference, worker, gateway)}
    assert urls == {plan.note.redis_url}
    storages = {each.environment["CRITIC_STORAGE_URL"] for each in (inference, worker, gateway)}
    assert storages == {wishes.data_folder.storage_url} == {plan.note.storage_url}
    grpc = inference.environment["CRITIC_INFERENCE_GRPC_PORT"]
    assert worker.environment["CRITIC_INFERENCE_URL"] == f"127.0.0.1:{grpc}" == plan.note.inference_grpc
    assert gateway.environment["CRITIC_GATEWAY_PORT"] == "8765"
    assert not queue.environment


def test_the_order_to_use_another_queue_is_followed(wishes: Wishes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRITIC_REDIS_URL", "redis://elsewhere:6379/3")
    plan = make_plan(wishes)
    assert [each.name for each in plan.services] == ["inference", "worker", "gateway"]
    assert plan.services[2].environment["CRITIC_REDIS_URL"] == "redis://elsewhere:6379/3"


def test_an_inference_server_that_runs_already_is_used_instead_of_an_own_one(wishes: Wishes) -> None:
    plan = make_plan(replace(wishes, inference="triton.local:8001"))
    queue, worker, gateway = plan.services
    assert [queue.name, worker.name, gateway.name] == ["queue", "worker", "gateway"]
    assert worker.environment["CRITIC_INFERENCE_URL"] == "triton.local:8001" == plan.note.inference_grpc
    assert plan.note.inference_http is None


@pytest.mark.parametrize("address", ["triton", "http://triton:8000", "triton:", "tri ton:8001"])
def test_an_address_that_is_none_is_refused(wishes: Wishes, address: str) -> None:
    with pytest.raises(Refusal, match="host:port"):
        make_plan(replace(wishes, inference=address))


def test_what_only_an_own_inference_server_can_do_is_refused_beside_another(wishes: Wishes, tmp_path: Path) -> None:
    for more in ({"device": "cuda"}, {"model_repository": tmp_path}):
        with pytest.raises(Refusal, match="has its own"):
            make_plan(replace(wishes, inference="triton:8001", **more))


def test_webhooks_are_sent_where_there_is_a_secret(wishes: Wishes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRITIC_WEBHOOK_SECRETS", "whsec_" + "c2VjcmV0" * 4)
    plan = make_plan(wishes)
    sender = next(each for each in plan.services if each.name == "webhooks")
    assert sender.command[-1] == "critic_worker.webhooks"
    assert sender.environment["CRITIC_REDIS_URL"] == plan.note.redis_url
    monkeypatch.setenv("CRITIC_WEBHOOK_SECRETS", "whsec_short")
    with pytest.raises(Refusal, match="24 to 64 bytes"):
        make_plan(wishes)


def test_what_is_not_wished_for_is_left_to_the_environment(wishes: Wishes) -> None:
    told = {name for service in make_plan(wishes).services for name in service.environment}
    assert not told & {"CRITIC_DEVICE", "CRITIC_MODEL_REPOSITORY", "CRITIC_WORKER_CONCURRENCY"}


def test_wishes_are_passed_on(wishes: Wishes, tmp_path: Path) -> None:
    wished = Wishes("0.0.0.0", 80, wishes.data_folder, workers=3, device="cuda", model_repository=tmp_path)
    _, inference, worker, gateway = make_plan(wished).services
    assert inference.environment["CRITIC_DEVICE"] == "cuda"
    assert inference.environment["CRITIC_MODEL_REPOSITORY"] == str(tmp_path)
    assert worker.environment["CRITIC_WORKER_CONCURRENCY"] == "3"
    assert gateway.environment["CRITIC_GATEWAY_HOST"] == "0.0.0.0"


def test_settings_that_make_no_sense_are_refused_in_a_sentence(wishes: Wishes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRITIC_LOG_FORMAT", "xml")
    with pytest.raises(Refusal, match="log_format"):
        make_plan(wishes)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
        ("photos.local", "http://photos.local:8000"),
    ],
)
def test_the_url_told_is_one_a_browser_here_can_open(host: str, url: str) -> None:
    assert gateway_url(host, 8000) == url
