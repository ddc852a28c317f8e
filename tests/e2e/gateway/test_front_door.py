"""The gateway by itself: what it takes, what it refuses, and what it does when a part behind it is away."""

import hashlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import httpx
import pytest
from tests.e2e.gateway.conftest import Gateway, gateways
from tests.support.early_answer import asked_first, sent_for_the_last_time, sent_whole
from tests.support.tiny_model import tiny_manifest
from tests.support.waiting import until

from critic_core.contracts.errors import NotReady, PhotoCorrupt
from critic_core.contracts.heartbeat import SelfTest, Heartbeat
from critic_core.contracts.photo import CRITIQUE_QUEUE
from critic_core.imaging.golden import golden_photo
from critic_core.runtime.redis_client import connect
from critic_core.stores.jobs import JobStore
from critic_core.stores.worker_status import WorkerStatusStore

PHOTO = golden_photo()
CUT_SHORT = "multipart/form-data; boundary=x"


def send(gateway: Gateway, data: bytes = PHOTO, **more: object) -> httpx.Response:
    return gateway.client.post("/v1/photos", content=data, **more)  # type: ignore[arg-type]  # httpx's own options


def queued(gateway: Gateway) -> int:
    return gateway.store()._redis.llen(CRITIQUE_QUEUE)


def board(gateway: Gateway) -> WorkerStatusStore:
    return WorkerStatusStore(connect(gateway.redis.url))


def serve(gateway: Gateway, *names: str) -> None:
    """Tell the gateway, as a worker does, what is served."""
    board(gateway).save_models([tiny_manifest().model_copy(update={"name": name}) for name in names], list(names))


def test_a_photo_is_stored_enqueued_and_told(gateway: Gateway) -> None:
    answer = send(gateway)
    photo = answer.json()
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/v1/photos/{photo['id']}"
    assert (photo["state"], photo["sha256"]) == ("queued", hashlib.sha256(PHOTO).hexdigest())
    assert [path.read_bytes() for path in gateway.stored()] == [PHOTO]
    assert queued(gateway) == 1
    assert gateway.client.get(f"/v1/photos/{photo['id']}").json() == photo


def test_the_queue_carries_keys_and_never_pixels(gateway: Gateway) -> None:
    send(gateway)
    message = gateway.store()._redis.lindex(CRITIQUE_QUEUE, 0)
    assert message is not None
    assert len(message) < 2000 < len(PHOTO)


def test_many_files_answer_in_order_and_a_bad_one_fails_alone(gateway: Gateway) -> None:
    files = [("file", ("a.jpg", PHOTO)), ("file", ("b.jpg", b"not a photo")), ("other", ("c.jpg", PHOTO))]
    told = gateway.client.post("/v1/photos", files=files).json()["photos"]
    assert [one["file_name"] for one in told] == ["a.jpg", "b.jpg", "c.jpg"]
    assert told[1]["problem"]["code"] == "photo_unsupported"
    assert {told[0]["photo"]["state"], told[2]["photo"]["state"]} == {"queued"}
    assert queued(gateway) == 2


@pytest.fixture(scope="module")
def strict_gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with gateways(tmp_path_factory.mktemp("strict")) as start:
        yield start(MAX_PHOTO_BYTES="1000000")


@pytest.mark.parametrize(
    ("request_body", "status", "code"),
    [
        ({"content": b""}, 400, "photo_empty"),
        ({"content": b"plain text"}, 415, "photo_unsupported"),
        ({"content": b"%PDF-1.7\n"}, 415, "photo_unsupported"),
        ({"content": PHOTO + bytes(2_000_000)}, 413, "photo_too_large"),
        ({"content": b"note=x", "headers": {"content-type": "multipart/form-data"}}, 422, "invalid_request"),
        ({"content": b"--x\r\nbad", "headers": {"content-type": CUT_SHORT}}, 422, "invalid_request"),
        ({"content": PHOTO, "params": {"wait": "31"}}, 422, "invalid_request"),
        ({"content": PHOTO, "params": {"wait": "soon"}}, 422, "invalid_request"),
    ],
)  # fmt: skip
def test_bad_requests_get_a_problem_quickly_and_leave_nothing_behind(
    strict_gateway: Gateway, request_body: dict[str, object], status: int, code: str
) -> None:
    gateway = strict_gateway
    began = time.monotonic()
    answer = gateway.client.post("/v1/photos", **request_body)  # type: ignore[arg-type]  # httpx's own options
    assert time.monotonic() - began < 5
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["permanent"] is True
    assert gateway.stored() == []
    assert queued(gateway) == 0


def test_waiting_ends_as_soon_as_the_answer_is_there(gateway: Gateway) -> None:
    photo_id = send(gateway).json()["id"]
    store = gateway.store()
    answering = threading.Timer(0.5, lambda: store.fail(photo_id, PhotoCorrupt().problem()))
    answering.start()
    began = time.monotonic()
    told = gateway.client.get(f"/v1/photos/{photo_id}", params={"wait": 15}).json()
    assert (told["state"], told["problem"]["code"]) == ("failed", "photo_corrupt")
    assert time.monotonic() - began < 5


def test_waiting_survives_a_restart_of_redis(gateway: Gateway) -> None:
    photo_id = send(gateway).json()["id"]
    gateway.redis.stop()
    gateway.redis.start()
    store = gateway.store()
    until(lambda: store.get(photo_id).state == "queued", 10, "the photo after the restart")
    answering = threading.Timer(0.5, lambda: store.fail(photo_id, PhotoCorrupt().problem()))
    answering.start()
    told = until(lambda: _waited(gateway, photo_id), 20, "an answer after the restart")
    assert told["problem"]["code"] == "photo_corrupt"


def _waited(gateway: Gateway, photo_id: str) -> dict[str, dict[str, str]]:
    answer = gateway.client.get(f"/v1/photos/{photo_id}", params={"wait": 5})
    return answer.json() if answer.status_code == 200 and "problem" in answer.json() else {}


def test_a_photo_that_fails_while_one_waits_answers_with_its_problem(gateway: Gateway) -> None:
    store = gateway.store()

    def fail_the_first() -> None:
        (photo_id,) = until(lambda: store.queued_longer_than(0), 10, "a queued photo")
        store.fail(photo_id, PhotoCorrupt().problem())

    failing = threading.Thread(target=fail_the_first)
    failing.start()
    answer = send(gateway, params={"wait": 10})
    failing.join()
    assert (answer.status_code, answer.json()["code"]) == (422, "photo_corrupt")


def test_a_full_backlog_is_429_before_the_body_is_read(start_gateway: Callable[..., Gateway]) -> None:
    gateway = start_gateway(MAX_BACKLOG="2", RETRY_AFTER_SECONDS="7")
    answers = [send(gateway) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert answers[2].headers["retry-after"] == "7"
    assert answers[2].json()["permanent"] is False
    assert len(gateway.stored()) == 2
    gateway.client.delete(f"/v1/photos/{answers[0].json()['id']}")
    assert until(lambda: send(gateway).status_code == 202, 5, "room, seen in a moment")


def test_a_refusal_waits_for_no_body_and_resets_no_connection(start_gateway: Callable[..., Gateway]) -> None:
    gateway = start_gateway(MAX_BACKLOG="1")
    assert send(gateway).status_code == 202
    port = httpx.URL(gateway.url).port
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        assert sent_whole(connection, "/v1/photos") == (429, 200)
        assert asked_first(connection, "/v1/photos") == 429
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        assert sent_for_the_last_time(connection, "/v1/photos") == 429


def test_a_wait_that_would_be_too_long_is_429_with_the_time_when_there_is_room(
    start_gateway: Callable[..., Gateway],
) -> None:
    gateway = start_gateway(MAX_WAIT_SECONDS="1")
    taken = [send(gateway).json()["id"] for _ in range(20)]

    def refused() -> httpx.Response | None:
        answer = send(gateway)
        if answer.status_code == 429:
            return answer
        taken.append(answer.json()["id"])  # the load had not been looked at again
        return None

    answered(gateway.store(), taken[:12], 0.5)
    refusal = until(refused, 5, "a refusal")
    assert refusal.json()["code"] == "overloaded"
    assert 2 <= int(refusal.headers["retry-after"]) <= 8  # about ten wait, two a second are answered, two may wait
    assert 3 < float(metric(gateway, "critic_expected_wait_seconds")) < 9
    answered(gateway.store(), taken[12:], 0)
    assert until(lambda: send(gateway).status_code == 202, 5, "room, seen in a moment")


def answered(store: JobStore, photo_ids: list[str], seconds: float) -> None:
    """By workers that need so long for each, as the store is told."""
    started = time.time()
    for number, photo_id in enumerate(photo_ids, 1 - len(photo_ids)):
        JobStore(store._redis, lambda at=started + number * seconds: at).fail(photo_id, PhotoCorrupt().problem())


def metric(gateway: Gateway, name: str) -> str:
    lines = gateway.client.get("/metrics").text.splitlines()
    return next(line.rpartition(" ")[2] for line in lines if line.startswith(f"{name} "))


def test_redis_away_is_503_soon_and_nothing_is_kept(gateway: Gateway) -> None:
    gateway.redis.stop()
    began = time.monotonic()
    answer = send(gateway)
    assert (answer.status_code, answer.json()["code"]) == (503, "queue_unavailable")
    assert time.monotonic() - began < 10
    assert gateway.stored() == []
    assert gateway.client.get("/livez").status_code == 200
    assert gateway.client.get("/readyz").json()["checks"]["queue"]["ok"] is False
    gateway.redis.start()
    assert until(lambda: send(gateway).status_code == 202, 15, "an accepted photo after the restart")


def test_an_idempotency_key_makes_one_photo(gateway: Gateway) -> None:
    key = {"Idempotency-Key": "once"}
    first, second = send(gateway, headers=key), send(gateway, headers=key)
    assert first.json()["id"] == second.json()["id"]
    assert len(gateway.stored()) == queued(gateway) == 1
    other = send(gateway, PHOTO + b"more", headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len(gateway.stored()) == 1


def test_an_idempotency_key_is_for_one_model(gateway: Gateway) -> None:
    serve(gateway, "aesthetics", "second")
    key = {"Idempotency-Key": "model"}
    first = send(gateway, headers=key, params={"model": "second"})
    assert send(gateway, headers=key, params={"model": "second"}).json()["id"] == first.json()["id"]
    for other in ({}, {"model": "aesthetics"}):
        answer = send(gateway, headers=key, params=other)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert len(gateway.stored()) == queued(gateway) == 1


def test_a_photo_remembers_the_model_it_is_for(gateway: Gateway) -> None:
    serve(gateway, "aesthetics", "second")
    for told, model in (({"model": "second"}, "second"), ({}, None)):
        photo_id = send(gateway, params=told).json()["id"]
        assert gateway.store().get(photo_id).model == model


def test_a_model_that_is_not_served_is_refused_before_anything_is_kept(gateway: Gateway) -> None:
    serve(gateway, "aesthetics", "second")
    answer = send(gateway, params={"model": "third"}, headers={"Idempotency-Key": "third"})
    assert (answer.status_code, answer.json()["code"], answer.json()["permanent"]) == (404, "model_not_found", True)
    assert answer.json()["detail"] == "No model 'third' is served here. There are: aesthetics, second."
    assert (gateway.stored(), queued(gateway)) == ([], 0)
    assert send(gateway, headers={"Idempotency-Key": "third"}).status_code == 202  # the key is free


def test_a_model_is_waited_for_while_no_worker_has_told_what_is_served(gateway: Gateway) -> None:
    answer = send(gateway, params={"model": "aesthetics"})
    assert (answer.status_code, answer.json()["code"], answer.json()["permanent"]) == (503, "not_ready", False)
    assert gateway.stored() == []


def test_readiness_tells_of_the_other_models_and_does_not_hang_on_them(start_gateway: Callable[..., Gateway]) -> None:
    gateway = start_gateway()
    good = SelfTest(model="second", version="2", device="cpu")
    bad = SelfTest(model="third", problem=NotReady("It says otherwise.").problem())
    pulse = Heartbeat(worker="w", at=datetime.now(UTC), model="first", version="1", device="cpu", others=(good, bad))
    board(gateway).save_heartbeat(pulse)
    answer = gateway.client.get("/readyz")
    assert answer.status_code == 200
    told = answer.json()["checks"]["scoring"]["detail"]
    assert told.endswith("(first 1 on cpu); second 2 on cpu; third: It says otherwise.")


def test_a_request_that_failed_frees_its_idempotency_key(gateway: Gateway) -> None:
    key = {"Idempotency-Key": "again", "content-type": "multipart/form-data; boundary=x"}
    assert send(gateway, b"broken", headers=key).status_code == 422
    assert send(gateway, headers={"Idempotency-Key": "again"}).status_code == 202


def test_idempotency_keys_belong_to_their_caller(start_gateway: Callable[..., Gateway]) -> None:
    digests = ",".join(hashlib.sha256(key.encode()).hexdigest() for key in ("ann", "bob"))
    gateway = start_gateway(API_KEYS=digests)
    answers = [send(gateway, headers={"Idempotency-Key": "k", "X-API-Key": who}) for who in ("ann", "bob")]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json()["id"] != answers[1].json()["id"]


def test_with_keys_set_every_call_of_the_api_wants_one(start_gateway: Callable[..., Gateway]) -> None:
    gateway = start_gateway(API_KEYS=hashlib.sha256(b"ann").hexdigest())
    some_id = "01a20acd-e6da-752f-b759-a4c60fba8bf9"
    calls = [("POST", "/v1/photos"), ("GET", f"/v1/photos/{some_id}"), ("DELETE", f"/v1/photos/{some_id}"),
             ("GET", f"/v1/photos/{some_id}/preview"), ("GET", f"/v1/photos/{some_id}/original"),
             ("GET", "/v1/models")]  # fmt: skip
    answers = [gateway.client.request(method, path) for method, path in calls]
    assert {answer.status_code for answer in answers} == {401}
    assert {answer.json()["code"] for answer in answers} == {"missing_api_key"}
    assert gateway.client.get("/v1/models", headers={"X-API-Key": "eve"}).status_code == 403
    assert gateway.client.get("/v1/models", headers={"Authorization": "Bearer ann"}).status_code == 200
    assert gateway.client.get("/livez").status_code == 200


def test_deleting_forgets_everything(gateway: Gateway) -> None:
    photo_id = send(gateway).json()["id"]
    assert gateway.client.delete(f"/v1/photos/{photo_id}").status_code == 204
    assert gateway.client.get(f"/v1/photos/{photo_id}").status_code == 404
    assert gateway.client.delete(f"/v1/photos/{photo_id}").status_code == 404
    assert gateway.stored() == []
    assert gateway.store().backlog() == 0


@pytest.mark.parametrize("photo_id", ["x", "01A20ACD-E6DA-752F-B759-A4C60FBA8BF9", "%2e%2e", "1" * 4000])
def test_anything_that_is_no_id_is_not_found(gateway: Gateway, photo_id: str) -> None:
    assert gateway.client.get(f"/v1/photos/{photo_id}").status_code == 404


def test_a_preview_before_the_answer_says_so(gateway: Gateway) -> None:
    answer = gateway.client.get(f"/v1/photos/{send(gateway).json()['id']}/preview")
    assert (answer.status_code, answer.json()["code"], answer.json()["permanent"]) == (409, "preview_pending", False)


def test_not_ready_without_a_worker_and_says_why(gateway: Gateway) -> None:
    answer = gateway.client.get("/readyz")
    assert answer.status_code == 503
    checks = answer.json()["checks"]
    assert {name: check["ok"] for name, check in checks.items()} == {"queue": True, "storage": True, "scoring": False}
    assert "worker" in checks["scoring"]["detail"]


def test_metrics_count_what_happened(start_gateway: Callable[..., Gateway]) -> None:
    gateway = start_gateway()
    send(gateway)
    send(gateway, b"no photo")
    text = gateway.client.get("/metrics").text
    assert "critic_backlog_photos 1.0" in text
    assert "critic_backlog_limit_photos 2000.0" in text
    assert "critic_dead_letters 0.0" in text
    assert "critic_redis_persists 1.0" in text
    assert 'critic_gateway_ready{check="scoring"} 0.0' in text
    assert (
        float(next(line for line in text.splitlines() if line.startswith("critic_storage_free_bytes")).split()[1]) > 0
    )
    assert "critic_photos_accepted_total 1.0" in text
    assert 'critic_photos_rejected_total{code="photo_unsupported"} 1.0' in text
    assert 'critic_http_requests_total{method="POST",route="/v1/photos",status="202"} 1.0' in text


@pytest.mark.parametrize("hangs", [False, True])
def test_metrics_without_redis_say_so_in_time_for_a_scrape(start_gateway: Callable[..., Gateway], hangs: bool) -> None:
    gateway = start_gateway()
    leave, come_back = (gateway.redis.hang, gateway.redis.go_on) if hangs else (gateway.redis.stop, gateway.redis.start)

    def told_within_ten_seconds() -> str:
        return str(gateway.client.get("/metrics", timeout=10).text)  # Prometheus gives up after this

    leave()
    try:
        until(lambda: 'critic_gateway_ready{check="queue"} 0.0' in told_within_ten_seconds(), 20, "the missing queue")
        text = told_within_ten_seconds()
        assert "critic_backlog_photos NaN" in text
        assert "critic_redis_memory_bytes NaN" in text
    finally:
        come_back()
    until(lambda: "critic_backlog_photos 0.0" in told_within_ten_seconds(), 20, "the backlog")


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


def test_every_answer_is_safe_for_browsers_and_carries_its_request_id(gateway: Gateway) -> None:
    for path in ("/", "/v1/models", "/nowhere"):
        headers = gateway.client.get(path, headers={"X-Request-ID": "my-id.1"}).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-request-id"] == "my-id.1"
    until(lambda: '"request_id": "my-id.1"' in gateway.log.read_text(), what="the line about a request")
    assert gateway.client.get("/livez", headers={"X-Request-ID": 'a"b\tc'}).headers["x-request-id"] != 'a"b\tc'


def test_the_memory_of_the_gateway_stays_bounded_under_large_uploads(gateway: Gateway) -> None:
    psutil = pytest.importorskip("psutil")
    process = psutil.Process(gateway.process.pid)
    send(gateway)
    before = process.memory_info().rss
    for _ in range(3):
        assert send(gateway, PHOTO + bytes(60_000_000)).status_code == 202
    assert process.memory_info().rss - before < 40_000_000
