"""What an API key may do: photos a day and requests a second, counted together by all gateways."""

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
def keyring(tmp_path: Path) -> Path:
    path = tmp_path / "keys.toml"
    limits = {"ann": "photos_per_day = 3", "bob": "", "cid": "requests_per_second = 1"}
    path.write_text(
        "".join(
            f'[{who}]\nsha256 = "{hashlib.sha256(who.encode()).hexdigest()}"\n{line}\n' for who, line in limits.items()
        )
    )
    return path


def send(gateway: Gateway, who: str, count: int = 1, **more: str) -> httpx.Response:
    files = [("file", (f"{number}.jpg", PHOTO)) for number in range(count)]
    return gateway.client.post("/v1/photos", files=files, headers={"X-API-Key": who, **more})


def usage(gateway: Gateway, who: str) -> dict[str, object]:
    told: dict[str, object] = gateway.client.get("/v1/usage", headers={"X-API-Key": who}).raise_for_status().json()
    return told


def test_a_quota_is_used_up_by_photos_and_refused_before_the_body(start_gateway: Start, keyring: Path) -> None:
    gateway = start_gateway(KEYRING=str(keyring))
    assert [send(gateway, "ann").status_code for _ in range(3)] == [202, 202, 202]
    answer = send(gateway, "ann")
    assert (answer.status_code, answer.json()["code"], answer.json()["permanent"]) == (429, "quota_exceeded", False)
    midnight = (datetime.now(UTC).replace(hour=23, minute=59, second=59) - datetime.now(UTC)).total_seconds()
    assert abs(int(answer.headers["retry-after"]) - midnight) < 5
    assert len(gateway.stored()) == 3
    assert send(gateway, "bob").status_code == 202
    text = gateway.client.get("/metrics").text
    assert 'critic_api_key_photos_total{key="ann"} 3.0' in text
    assert 'critic_api_key_rejections_total{code="quota_exceeded",key="ann"} 1.0' in text


def test_of_a_batch_those_within_the_quota_get_in_and_the_others_say_why(start_gateway: Start, keyring: Path) -> None:
    gateway = start_gateway(KEYRING=str(keyring))
    told = send(gateway, "ann", 5).json()["photos"]
    assert [receipt.get("problem", {}).get("code") for receipt in told] == [None] * 3 + ["quota_exceeded"] * 2
    assert len(gateway.stored()) == gateway.store()._redis.llen(CRITIQUE_QUEUE) == 3
    assert usage(gateway, "ann")["photos"]["remaining"] == 0  # type: ignore[index]  # JSON


def test_what_is_refused_or_sent_again_is_not_counted(start_gateway: Start, keyring: Path) -> None:
    gateway = start_gateway(KEYRING=str(keyring))
    headers = {"X-API-Key": "ann"}
    gateway.client.post("/v1/photos", content=b"no photo", headers=headers)
    first = send(gateway, "ann", **{"Idempotency-Key": "once"}).json()
    assert send(gateway, "ann", **{"Idempotency-Key": "once"}).json() == first
    album = gateway.client.post("/v1/albums", headers=headers).json()["id"]
    for _ in range(2):  # the album knows these bytes the second time
        gateway.client.post(f"/v1/albums/{album}/photos", content=PHOTO, headers=headers).raise_for_status()
    assert usage(gateway, "ann")["photos"]["used"] == 2  # type: ignore[index]  # JSON
    assert send(gateway, "ann").status_code == 202
    assert send(gateway, "ann").status_code == 429
    assert send(gateway, "ann", **{"Idempotency-Key": "once"}).json() == first  # also when nothing is left


def test_many_uploads_at_two_gateways_never_pass_the_quota(start_gateway: Start, keyring: Path) -> None:
    gateways = [start_gateway(KEYRING=str(keyring)) for _ in range(2)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: send(gateways[number % 2], "ann").status_code, range(16)))
    assert sorted(answers) == [202] * 3 + [429] * 13
    assert usage(gateways[0], "ann")["photos"]["used"] == 3  # type: ignore[index]  # JSON


def test_requests_a_second_are_limited_over_all_gateways_and_come_back(start_gateway: Start, keyring: Path) -> None:
    gateways = [start_gateway(KEYRING=str(keyring)) for _ in range(2)]
    answers = [gateways[number % 2].client.get("/v1/models", headers={"X-API-Key": "cid"}) for number in range(8)]
    assert [answer.status_code for answer in answers[:2]] == [200, 200]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert (refused.json()["code"], refused.json()["permanent"]) == ("rate_limited", False)
    assert refused.headers["retry-after"] == "1"
    assert refused.headers["ratelimit-policy"] == '"requests";q=2;w=2'
    assert refused.headers["ratelimit"] == '"requests";r=0;t=2'
    assert gateways[0].client.get("/v1/models", headers={"X-API-Key": "bob"}).status_code == 200
    until(lambda: gateways[0].client.get("/v1/models", headers={"X-API-Key": "cid"}).is_success, 5, "another request")


def test_usage_tells_a_key_its_own_limits(start_gateway: Start, keyring: Path) -> None:
    gateway = start_gateway(KEYRING=str(keyring))
    send(gateway, "bob")
    told = usage(gateway, "bob")
    assert (told["key"], told["photos"]["used"]) == ("bob", 1)  # type: ignore[index]  # JSON
    assert "limit" not in told["photos"]  # type: ignore[operator]  # JSON
    assert usage(gateway, "cid")["requests"] == {"per_second": 1.0, "burst": 2}
    assert gateway.client.get("/v1/usage").status_code == 401


def test_without_keys_the_limits_are_for_all_callers_together(start_gateway: Start) -> None:
    gateway = start_gateway(QUOTA_PHOTOS_PER_DAY="1")
    answers = [gateway.client.post("/v1/photos", content=PHOTO).status_code for _ in range(2)]
    assert answers == [202, 429]
    assert gateway.client.get("/v1/usage").json()["key"] == "anybody"


def test_redis_away_is_503_and_nothing_is_kept(start_gateway: Start, keyring: Path) -> None:
    gateway = start_gateway(KEYRING=str(keyring))
    gateway.redis.stop()
    for who in ("ann", "cid"):
        answer = send(gateway, who)
        assert (answer.status_code, answer.json()["code"]) == (503, "queue_unavailable")
    assert gateway.stored() == []
