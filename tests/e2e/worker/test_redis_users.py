"""Redis' users of the production overlay: every service works with its own rights, and with no more."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis
from tests.e2e.worker.conftest import ROOT, Inference, start_module
from tests.support.ports import free_port
from tests.support.redis_server import RedisServer
from tests.support.scripted_server import ScriptedServer
from tests.support.waiting import until

from critic_core.imaging.golden import golden_photo
from critic_core.runtime.redis_client import connect

USERS = ("gateway", "worker", "webhooks", "metrics")
PASSWORD = "a-password-of-redis-{}"
WEBHOOK_SECRET = "whsec_" + "bnhu" * 11


class Services:
    """A queue server with users, and a gateway, a worker and a sender, each as its own user."""

    def __init__(self, folder: Path, server: RedisServer, inference: str) -> None:
        self.folder, self.server = folder, server
        port, self.metrics_port = free_port(), free_port()
        common = {"storage_url": (folder / "storage").as_uri(), "environment": "production"}
        webhooks = {"webhook_secrets": WEBHOOK_SECRET, "webhook_allow_private": "127.0.0.0/8"}
        worker = {"inference_url": inference, "worker_concurrency": "1", "heartbeat_interval_seconds": "0.5"}
        keys = {"api_keys_toml": str(folder / "keys.toml"), "rate_limit_per_second": "99", "quota_photos_per_day": "99"}
        self.processes = [
            self._start("gateway", "critic_gateway", gateway_port=str(port), **common, **webhooks, **keys),
            self._start("worker", "critic_worker", worker_metrics_port=str(self.metrics_port), **common, **worker),
            self._start("webhooks", "critic_worker.webhooks", **common, **webhooks),
        ]
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=40, headers={"X-API-Key": "ann"})

    def _start(self, user: str, module: str, **settings: str) -> "subprocess.Popen[bytes]":
        with (self.folder / f"{user}.log").open("wb") as log:
            return start_module(module, {"redis_url": self.url(user), **settings}, log)

    def url(self, user: str) -> str:
        return self.server.url.replace("://", f"://{user}:{PASSWORD.format(user)}@")

    def ready(self) -> bool:
        try:
            return self.http.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def refusals(self) -> list[dict[str, Any]]:
        """What Redis has refused to a service."""
        with self.administrator() as client:
            return client.acl_log()

    def administrator(self) -> "redis.Redis":
        return connect(self.server.url)

    def stop(self) -> None:
        self.http.close()
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(timeout=30)


def users_of_redis(folder: Path) -> str:
    """The users as the image's script writes them."""
    for user in USERS:
        (folder / f"redis_{user}_password").write_text(PASSWORD.format(user) + "\n")
    command = [str(ROOT / "infra/docker/redis-users"), str(ROOT / "infra/docker/redis-users.acl"), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory, inference: Inference) -> Iterator[Services]:
    folder = tmp_path_factory.mktemp("users")
    digest = "49915e0d7d4b402e3017d010bc1c0e83cac6c797d6c16e66340fe3268693a6a1"  # of `ann`
    (folder / "keys.toml").write_text(f'[ann]\nsha256 = "{digest}"\n')
    server = RedisServer(folder, users_of_redis(folder))
    server.start()
    made = Services(folder, server, inference.url)
    try:
        until(made.ready, 180, "readiness of services with rights of their own")
        yield made
    finally:
        made.stop()
        server.stop()


def test_a_photo_goes_through_all_services(services: Services) -> None:
    receiver, http = ScriptedServer(), services.http
    params = {"wait": "30", "callback_url": receiver.url}
    headers = {"Idempotency-Key": "once"}
    photo = http.post("/v1/photos", content=golden_photo(), params=params, headers=headers).json()
    assert photo.get("state") == "done", photo
    until(lambda: receiver.requests, 20, "the webhook")
    until(lambda: deliveries(services, photo["id"]) == ["delivered"], 20, "the end of the delivery")
    receiver.stop()
    (delivery,) = http.get(f"/v1/photos/{photo['id']}/deliveries").json()["deliveries"]
    assert http.post(f"/v1/photos/{photo['id']}/deliveries/{delivery['id']}/retry").status_code == 202
    for path in ("", "/preview", "/original", "/explanation?wait=30", "/suggestions?wait=30"):
        assert http.get(f"/v1/photos/{photo['id']}{path}").status_code == 200
    assert services.refusals() == []


def deliveries(services: Services, photo_id: str) -> list[str]:
    found = services.http.get(f"/v1/photos/{photo_id}/deliveries").json()["deliveries"]
    return [str(delivery["state"]) for delivery in found]


def test_an_album_goes_through_all_services(services: Services) -> None:
    http = services.http
    album = http.post("/v1/albums", json={"name": "w"}).json()["id"]
    files = [("file", (f"{number}.jpg", golden_photo() + bytes([number]))) for number in range(2)]
    receipts = http.post(f"/v1/albums/{album}/photos", files=files, params={"wait": 30}).json()["photos"]
    photos = [receipt["photo"]["id"] for receipt in receipts]
    for path in ("", "/groups?wait=20", "/selection?keep=1&wait=20", "/export?format=csv&keep=1", "/deliveries"):
        assert http.get(f"/v1/albums/{album}{path}").status_code == 200
    assert http.put(f"/v1/albums/{album}/photos/{photos[0]}/decision", json={"stars": 3}).status_code == 200
    assert http.post(f"/v1/albums/{album}/photos/{photos[0]}/decision/undo").status_code == 200
    correction = {"id": "correction-1", "kind": "separate", "photos": photos[:1]}
    assert http.post(f"/v1/albums/{album}/groups/corrections", json=correction).status_code == 204
    assert http.delete(f"/v1/albums/{album}/groups/corrections/correction-1").status_code == 204
    joint = {"id": "decision-1", "photos": photos, "flag": "pick"}
    assert http.post(f"/v1/albums/{album}/decisions", json=joint).status_code == 204
    assert http.delete(f"/v1/albums/{album}/decisions/decision-1").status_code == 204
    assert http.patch(f"/v1/albums/{album}", json={"keep": 1}).status_code == 200
    share(http, album, photos[0])
    with http.stream("GET", f"/v1/albums/{album}/events") as events:
        assert next(events.iter_lines()).startswith("id: ")
    assert http.delete(f"/v1/photos/{photos[1]}").status_code == 204
    assert http.delete(f"/v1/albums/{album}").status_code == 204
    with services.administrator() as client:
        until(lambda: not client.keys(f"critic:album:{album}*"), 20, "the reaper's deletion of the album")
    assert services.refusals() == []


def share(http: httpx.Client, album: str, photo: str) -> None:
    link = http.post(f"/v1/albums/{album}/shares", json={"favourites": True, "pin": "2468"}).json()
    path = f"/v1/shared/{link['token']}"
    assert http.post(f"{path}/pin", json={"pin": "1357"}).json()["code"] == "invalid_pin"
    entry = http.post(f"{path}/pin", json={"pin": "2468"}).json()["share_pass"]
    headers = {"X-Share-Pass": entry}
    assert http.get(f"{path}/photos", headers=headers).json()["photos"]
    assert http.put(f"{path}/photos/{photo}/favourite", headers=headers).status_code == 204
    assert http.delete(f"/v1/albums/{album}/shares/{link['id']}").status_code == 204


def test_models_usage_metrics_and_the_account_go_through(services: Services) -> None:
    http = services.http
    for path in ("/v1/models", "/v1/usage", "/v1/photos", "/v1/albums", "/v1/account/data", "/readyz"):
        assert http.get(path).status_code == 200
    assert http.put("/v1/taste", json={"enabled": True}).is_success
    assert http.get("/v1/taste?wait=20").status_code == 200
    assert http.delete("/v1/taste").status_code == 204
    assert "critic_redis_memory_bytes" in http.get("/metrics").text
    assert "critic_backlog_photos" in httpx.get(f"http://127.0.0.1:{services.metrics_port}/metrics").text
    assert http.delete("/v1/account/data").status_code == 204
    assert services.refusals() == []


@pytest.mark.parametrize(
    ("user", "command"),
    [
        *(
            (user, command)
            for user in USERS
            for command in ("FLUSHALL", "CONFIG GET *", "KEYS *", "ACL LIST", "MONITOR")
        ),
        *((user, "SCAN 0") for user in ("worker", "webhooks", "metrics")),
        *((user, "GET another:key") for user in USERS),
        *((user, "SUBSCRIBE another") for user in USERS),
        ("gateway", "HGETALL critic:routing"),
        ("gateway", "HSET critic:models m 1"),
        ("gateway", "RPOP critic.photos"),
        ("gateway", "LPUSH critic.heartbeat.w 1"),
        ("worker", "GET critic:idempotency:ann:k"),
        ("worker", "HGETALL critic:share:d"),
        ("worker", "SET critic:quota:ann:d 0"),
        ("worker", "HGETALL critic:webhooks:photo:p"),
        ("webhooks", "HSET critic:photo:p state done"),
        ("webhooks", "HGETALL critic:insight:p:explanation"),
        ("webhooks", "DEL critic:album:a"),
        ("webhooks", "HGETALL critic:share:d"),
        ("webhooks", "EVAL return(redis.call('DEL','critic:photo:p')) 0"),
        ("metrics", "HGETALL critic:photo:p"),
    ],
)
def test_a_command_beyond_the_rights_of_a_user_is_refused(services: Services, user: str, command: str) -> None:
    with connect(services.url(user)) as client, pytest.raises(redis.ResponseError, match=r"(?i)no permissions|NOPERM"):
        client.execute_command(*command.split(" "))
    with services.administrator() as administrator:
        administrator.acl_log_reset()


def test_without_a_password_nobody_is_let_in(services: Services) -> None:
    for user in USERS:
        url = services.server.url.replace("://", f"://{user}:wrong@")
        with connect(url) as client, pytest.raises(redis.AuthenticationError):
            client.ping()
