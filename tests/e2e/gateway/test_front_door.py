"""A gateway process: uploads over real sockets, admission control, restarts of Redis, metrics, memory."""

import hashlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import httpx
import pytest
from tests.e2e.gateway.conftest import Gateway, gateways
from tests.support.early_answer import sent_for_the_last_time, sent_whole, upload_with_expect
from tests.support.waiting import until

from critic_core.contracts.errors import PhotoCorrupt
from critic_core.contracts.photo import CRITIQUE_QUEUE
from critic_core.imaging.golden import golden_photo
from critic_core.stores.jobs import JobStore

PHOTO = golden_photo()
MULTIPART = "multipart/form-data; boundary=x"


def send(gateway: Gateway, data: bytes = PHOTO, **options: object) -> httpx.Response:
    return gateway.client.post("/v1/photos", content=data, **options)  # type: ignore[arg-type]  # httpx's options


def queued(gateway: Gateway) -> int:
    return gateway.store()._redis.llen(CRITIQUE_QUEUE)


def test_a_photo_is_stored_and_enqueued_by_its_id_alone(gateway: Gateway) -> None:
    response = send(gateway)
    photo = response.json()
    assert (response.status_code, photo["sha256"]) == (202, hashlib.sha256(PHOTO).hexdigest())
    assert [path.read_bytes() for path in gateway.stored()] == [PHOTO]
    assert queued(gateway) == 1
    message = gateway.store()._redis.lindex(CRITIQUE_QUEUE, 0)
    assert message is not None
    assert len(message) < 2000 < len(PHOTO)
    assert gateway.client.get(f"/v1/photos/{photo['id']}").json() == photo


@pytest.fixture(scope="module")
def strict_gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with gateways(tmp_path_factory.mktemp("strict")) as start:
        yield start(MAX_PHOTO_BYTES="1000000")


@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        ({"content": b""}, 400, "photo_empty"),
        ({"content": b"plain text"}, 415, "photo_unsupported"),
        ({"content": b"%PDF-1.7\n"}, 415, "photo_unsupported"),
        ({"content": PHOTO + bytes(2_000_000)}, 413, "photo_too_large"),
        ({"content": b"note=x", "headers": {"content-type": "multipart/form-data"}}, 422, "invalid_request"),
        ({"content": b"--x\r\nbad", "headers": {"content-type": MULTIPART}}, 422, "invalid_request"),
        ({"content": PHOTO, "params": {"wait": "31"}}, 422, "invalid_request"),
        ({"content": PHOTO, "params": {"wait": "soon"}}, 422, "invalid_request"),
    ],
)  # fmt: skip
def test_bad_requests_get_a_problem_quickly_and_leave_nothing(
    strict_gateway: Gateway, options: dict[str, object], status: int, code: str
) -> None:
    began = time.monotonic()
    response = strict_gateway.client.post("/v1/photos", **options)  # type: ignore[arg-type]  # httpx's options
    assert time.monotonic() - began < 5
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["permanent"] is True
    assert strict_gateway.stored() == []
    assert queued(strict_gateway) == 0


def test_a_long_poll_survives_a_restart_of_redis(gateway: Gateway) -> None:
    photo_id = send(gateway).json()["id"]
    gateway.redis.stop()
    gateway.redis.start()
    store = gateway.store()
    until(lambda: store.get(photo_id).state == "queued", 10, "the photo after the restart")
    worker = threading.Timer(0.5, lambda: store.fail(photo_id, PhotoCorrupt().problem()))
    worker.start()
    photo = until(lambda: failed_photo(gateway, photo_id), 20, "a response after the restart")
    assert photo["problem"]["code"] == "photo_corrupt"


def failed_photo(gateway: Gateway, photo_id: str) -> dict[str, dict[str, str]]:
    response = gateway.client.get(f"/v1/photos/{photo_id}", params={"wait": 5})
    return response.json() if response.status_code == 200 and "problem" in response.json() else {}


def test_a_full_backlog_is_429_before_the_body_is_read(start_gateway: Callable[..., Gateway]) -> None:
    gateway = start_gateway(MAX_BACKLOG="2", RETRY_AFTER_SECONDS="7")
    responses = [send(gateway) for _ in range(3)]
    assert [response.status_code for response in responses] == [202, 202, 429]
    assert responses[2].headers["retry-after"] == "7"
    assert responses[2].json()["permanent"] is False
    assert len(gateway.stored()) == 2
    gateway.client.delete(f"/v1/photos/{responses[0].json()['id']}")
    assert until(lambda: send(gateway).status_code == 202, 5, "an accepted photo")


def test_a_rejection_needs_no_body_and_resets_no_connection(start_gateway: Callable[..., Gateway]) -> None:
    gateway = start_gateway(MAX_BACKLOG="1")
    assert send(gateway).status_code == 202
    port = httpx.URL(gateway.url).port
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        assert sent_whole(connection, "/v1/photos") == (429, 200)
        assert upload_with_expect(connection, "/v1/photos") == 429
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        assert sent_for_the_last_time(connection, "/v1/photos") == 429


def test_too_long_an_expected_wait_is_429_with_the_time_to_retry(start_gateway: Callable[..., Gateway]) -> None:
    gateway = start_gateway(MAX_WAIT_SECONDS="1")
    accepted = [send(gateway).json()["id"] for _ in range(20)]

    def rejected() -> httpx.Response | None:
        response = send(gateway)
        if response.status_code == 429:
            return response
        accepted.append(response.json()["id"])  # the load was not measured again yet
        return None

    store = gateway.store()
    finish(store, accepted[:12], 0.5)
    rejection = until(rejected, 10, "a rejection")
    assert rejection.json()["code"] == "overloaded"
    # Eight photos are queued, and two a second were finished: four seconds, and more while none is finished.
    before = store.load().wait_seconds()
    assert 2 <= int(rejection.headers["retry-after"]) <= 2 * before
    assert 3 < before <= float(metric(gateway, "critic_expected_wait_seconds")) <= store.load().wait_seconds()
    finish(store, accepted[12:], 0)
    assert until(lambda: send(gateway).status_code == 202, 5, "an accepted photo")


def finish(store: JobStore, photo_ids: list[str], seconds: float) -> None:
    """Finish the photos as workers do that need so long for each."""
    began = time.time()
    for number, photo_id in enumerate(photo_ids, 1 - len(photo_ids)):
        JobStore(store._redis, lambda at=began + number * seconds: at).fail(photo_id, PhotoCorrupt().problem())


def metric(gateway: Gateway, name: str) -> str:
    lines = gateway.client.get("/metrics").text.splitlines()
    return next(line.rpartition(" ")[2] for line in lines if line.startswith(f"{name} "))


def test_without_redis_uploads_are_503_soon_and_leave_nothing(gateway: Gateway) -> None:
    gateway.redis.stop()
    began = time.monotonic()
    response = send(gateway)
    assert (response.status_code, response.json()["code"]) == (503, "queue_unavailable")
    assert time.monotonic() - began < 10
    assert gateway.stored() == []
    assert gateway.client.get("/livez").status_code == 200
    assert gateway.client.get("/readyz").json()["checks"]["queue"]["ok"] is False
    gateway.redis.start()
    assert until(lambda: send(gateway).status_code == 202, 15, "an accepted photo after the restart")


def test_idempotency_keys_belong_to_their_caller(start_gateway: Callable[..., Gateway]) -> None:
    digests = ",".join(hashlib.sha256(key.encode()).hexdigest() for key in ("ann", "bob"))
    gateway = start_gateway(API_KEYS=digests)
    responses = [send(gateway, headers={"Idempotency-Key": "k", "X-API-Key": who}) for who in ("ann", "bob")]
    assert [response.status_code for response in responses] == [202, 202]
    assert responses[0].json()["id"] != responses[1].json()["id"]


@pytest.mark.parametrize("photo_id", ["x", "01A20ACD-E6DA-752F-B759-A4C60FBA8BF9", "%2e%2e", "1" * 4000])
def test_an_invalid_id_is_not_found(gateway: Gateway, photo_id: str) -> None:
    assert gateway.client.get(f"/v1/photos/{photo_id}").status_code == 404


def test_metrics_count_requests_and_photos(start_gateway: Callable[..., Gateway]) -> None:
    gateway = start_gateway()
    send(gateway)
    send(gateway, b"no photo")
    text = gateway.client.get("/metrics").text
    assert "critic_backlog_photos 1.0" in text
    assert "critic_backlog_limit_photos 2000.0" in text
    assert "critic_dead_letters 0.0" in text
    assert "critic_redis_persists 1.0" in text
    assert 'critic_gateway_ready{check="scoring"} 0.0' in text
    assert float(metric(gateway, "critic_storage_free_bytes")) > 0
    assert "critic_photos_accepted_total 1.0" in text
    assert 'critic_photos_rejected_total{code="photo_unsupported"} 1.0' in text
    assert 'critic_http_requests_total{method="POST",route="/v1/photos",status="202"} 1.0' in text


@pytest.mark.parametrize("hangs", [False, True])
def test_metrics_without_redis_are_nan_in_time_for_a_scrape(start_gateway: Callable[..., Gateway], hangs: bool) -> None:
    gateway = start_gateway()
    redis = gateway.redis
    stop, restart = (redis.hang, redis.go_on) if hangs else (redis.stop, redis.start)

    def scrape() -> str:
        return str(gateway.client.get("/metrics", timeout=10).text)  # the timeout of Prometheus

    stop()
    try:
        until(lambda: 'critic_gateway_ready{check="queue"} 0.0' in scrape(), 20, "the failed check")
        text = scrape()
        assert "critic_backlog_photos NaN" in text
        assert "critic_redis_memory_bytes NaN" in text
    finally:
        restart()
    until(lambda: "critic_backlog_photos 0.0" in scrape(), 20, "the backlog")


def test_labels_of_metrics_are_bounded(start_gateway: Callable[..., Gateway]) -> None:
    gateway = start_gateway()
    for number in range(20):
        gateway.client.get(f"/v1/photos/{number}")
        gateway.client.get(f"/nowhere/{number}")
        gateway.client.request(f"ANY{number}", "/")
    text = gateway.client.get("/metrics").text
    assert "nowhere" not in text
    assert "ANY1" not in text
    assert 'critic_http_requests_total{method="GET",route="/v1/photos/{photo_id}",status="404"} 20.0' in text


def test_every_response_has_security_headers_and_its_request_id(gateway: Gateway) -> None:
    for path in ("/", "/v1/models", "/docs", "/nowhere"):
        headers = gateway.client.get(path, headers={"X-Request-ID": "my-id.1"}).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-request-id"] == "my-id.1"
    until(lambda: '"request_id": "my-id.1"' in gateway.log.read_text(), what="the log line of a request")
    assert gateway.client.get("/livez", headers={"X-Request-ID": 'a"b\tc'}).headers["x-request-id"] != 'a"b\tc'


def test_the_memory_of_the_gateway_stays_bounded_under_large_uploads(gateway: Gateway) -> None:
    psutil = pytest.importorskip("psutil")
    process = psutil.Process(gateway.process.pid)
    send(gateway)
    before = process.memory_info().rss
    for _ in range(3):
        assert send(gateway, PHOTO + bytes(60_000_000)).status_code == 202
    assert process.memory_info().rss - before < 40_000_000
