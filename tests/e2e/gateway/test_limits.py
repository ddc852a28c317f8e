"""Limits of API keys: photos a day and requests a second, counted for all gateways together."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from tests.e2e.gateway.conftest import Gateway, Start
from tests.support.waiting import until

from critic_core.contracts.photo import CRITIQUE_QUEUE
from critic_core.imaging.golden import golden_photo

PHOTO = golden_photo()


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "keys.toml"
    limits = {"ann": "photos_per_day = 3", "bob": "", "cid": "requests_per_second = 1"}
    path.write_text(
        "".join(
            f'[{who}]\nsha256 = "{hashlib.sha256(who.encode()).hexdigest()}"\n{line}\n' for who, line in limits.items()
        )
    )
    return path


def send(gateway: Gateway, who: str, count: int = 1, **headers: str) -> httpx.Response:
    files = [("file", (f"{number}.jpg", PHOTO)) for number in range(count)]
    return gateway.client.post("/v1/photos", files=files, headers={"X-API-Key": who, **headers})


def usage(gateway: Gateway, who: str) -> dict[str, object]:
    body: dict[str, object] = gateway.client.get("/v1/usage", headers={"X-API-Key": who}).raise_for_status().json()
    return body


def test_a_used_up_quota_rejects_before_the_body(start_gateway: Start, key_file: Path) -> None:
    gateway = start_gateway(API_KEYS_TOML=str(key_file))
    assert [send(gateway, "ann").status_code for _ in range(3)] == [202, 202, 202]
    response = send(gateway, "ann")
    assert (response.status_code, response.json()["code"], response.json()["permanent"]) == (
        429,
        "quota_exceeded",
        False,
    )
    midnight = (datetime.now(UTC).replace(hour=23, minute=59, second=59) - datetime.now(UTC)).total_seconds()
    assert abs(int(response.headers["retry-after"]) - midnight) < 5
    assert len(gateway.stored()) == 3
    assert send(gateway, "bob").status_code == 202
    text = gateway.client.get("/metrics").text
    assert 'critic_api_key_photos_total{key="ann"} 3.0' in text
    assert 'critic_api_key_rejections_total{code="quota_exceeded",key="ann"} 1.0' in text


def test_photos_of_a_batch_within_the_quota_are_accepted(start_gateway: Start, key_file: Path) -> None:
    gateway = start_gateway(API_KEYS_TOML=str(key_file))
    receipts = send(gateway, "ann", 5).json()["photos"]
    assert [receipt.get("problem", {}).get("code") for receipt in receipts] == [None] * 3 + ["quota_exceeded"] * 2
    assert len(gateway.stored()) == gateway.store()._redis.llen(CRITIQUE_QUEUE) == 3
    assert usage(gateway, "ann")["photos"]["remaining"] == 0  # type: ignore[index]  # JSON


def test_rejected_and_repeated_photos_are_not_counted(start_gateway: Start, key_file: Path) -> None:
    gateway = start_gateway(API_KEYS_TOML=str(key_file))
    headers = {"X-API-Key": "ann"}
    gateway.client.post("/v1/photos", content=b"no photo", headers=headers)
    first = send(gateway, "ann", **{"Idempotency-Key": "once"}).json()
    assert send(gateway, "ann", **{"Idempotency-Key": "once"}).json() == first
    album = gateway.client.post("/v1/albums", headers=headers).json()["id"]
    for _ in range(2):  # the second one is a duplicate
        gateway.client.post(f"/v1/albums/{album}/photos", content=PHOTO, headers=headers).raise_for_status()
    assert usage(gateway, "ann")["photos"]["used"] == 2  # type: ignore[index]  # JSON
    assert send(gateway, "ann").status_code == 202
    assert send(gateway, "ann").status_code == 429
    assert send(gateway, "ann", **{"Idempotency-Key": "once"}).json() == first  # also with a used-up quota


def test_parallel_uploads_at_two_gateways_never_exceed_the_quota(start_gateway: Start, key_file: Path) -> None:
    gateways = [start_gateway(API_KEYS_TOML=str(key_file)) for _ in range(2)]
    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(lambda number: send(gateways[number % 2], "ann").status_code, range(16)))
    assert sorted(responses) == [202] * 3 + [429] * 13
    assert usage(gateways[0], "ann")["photos"]["used"] == 3  # type: ignore[index]  # JSON


def test_request_rates_are_limited_over_all_gateways(start_gateway: Start, key_file: Path) -> None:
    gateways = [start_gateway(API_KEYS_TOML=str(key_file)) for _ in range(2)]
    responses = [gateways[number % 2].client.get("/v1/models", headers={"X-API-Key": "cid"}) for number in range(8)]
    assert [response.status_code for response in responses[:2]] == [200, 200]
    rejected = next(response for response in responses if response.status_code == 429)
    assert (rejected.json()["code"], rejected.json()["permanent"]) == ("rate_limited", False)
    assert rejected.headers["retry-after"] == "1"
    assert rejected.headers["ratelimit-policy"] == '"requests";q=2;w=2'
    assert rejected.headers["ratelimit"] == '"requests";r=0;t=2'
    assert gateways[0].client.get("/v1/models", headers={"X-API-Key": "bob"}).status_code == 200
    until(lambda: gateways[0].client.get("/v1/models", headers={"X-API-Key": "cid"}).is_success, 5, "another request")


def test_usage_shows_the_limits_of_the_key(start_gateway: Start, key_file: Path) -> None:
    gateway = start_gateway(API_KEYS_TOML=str(key_file))
    send(gateway, "bob")
    body = usage(gateway, "bob")
    assert (body["key"], body["photos"]["used"]) == ("bob", 1)  # type: ignore[index]  # JSON
    assert "limit" not in body["photos"]  # type: ignore[operator]  # JSON
    assert usage(gateway, "cid")["requests"] == {"per_second": 1.0, "burst": 2}
    assert gateway.client.get("/v1/usage").status_code == 401


def test_without_keys_all_callers_share_the_limits(start_gateway: Start) -> None:
    gateway = start_gateway(QUOTA_PHOTOS_PER_DAY="1")
    responses = [gateway.client.post("/v1/photos", content=PHOTO).status_code for _ in range(2)]
    assert responses == [202, 429]
    assert gateway.client.get("/v1/usage").json()["key"] == "anonymous"


def test_without_redis_requests_are_503_and_leave_nothing(start_gateway: Start, key_file: Path) -> None:
    gateway = start_gateway(API_KEYS_TOML=str(key_file))
    gateway.redis.stop()
    for who in ("ann", "cid"):
        response = send(gateway, who)
        assert (response.status_code, response.json()["code"]) == (503, "queue_unavailable")
    assert gateway.stored() == []
