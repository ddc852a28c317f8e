"""Manifests: checked while they arrive, stored whole or not at all, and one batch for an idempotency key."""

import json
from typing import Any

import httpx
import pytest
from tests.unit.gateway.batches.conftest import Batches
from tests.unit.gateway.conftest import Start

from critic_core.contracts.errors import StorageFull
from critic_core.runtime.storage import Sink
from critic_core.stores import batches as store
from critic_gateway.batches import manifest, submission

LINE = {"url": "https://photos.example/1.jpg"}


def code(response: httpx.Response) -> tuple[int, Any]:
    return response.status_code, response.json()["code"]


@pytest.mark.parametrize(
    "line",
    [
        "", "{", "[]", "{}", '{"url": 7}', '{"url": "https://a.example", "b": 1}',
        '{"url": "https://a.example", "reference": ""}',
    ],
)  # fmt: skip
def test_a_bad_line_is_named_and_nothing_is_stored(batches: Batches, line: str) -> None:
    body = f"{json.dumps(LINE)}\r\n{line}\n{json.dumps(LINE)}"
    response = batches.gateway.http.post("/v1/batches", content=body)
    assert code(response) == (422, "invalid_request")
    assert "Line 2 " in response.json()["detail"]
    assert batches.gateway.stored_files() == []
    assert batches.gateway.http.get("/v1/batches").json() == {"batches": []}


def test_an_empty_manifest_is_invalid(batches: Batches) -> None:
    assert code(batches.gateway.http.post("/v1/batches", content=b"")) == (422, "invalid_request")


def test_a_manifest_is_bounded(batches: Batches, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest, "MAX_LINES", 2)
    assert code(batches.send(LINE, LINE, LINE)) == (413, "request_too_large")
    monkeypatch.setattr(manifest, "MAX_LINE_BYTES", 10)
    assert code(batches.send(LINE)) == (422, "invalid_request")
    monkeypatch.setattr(submission, "MAX_MANIFEST_BYTES", 10)
    assert code(batches.send(LINE)) == (413, "request_too_large")
    assert batches.gateway.stored_files() == []


def test_an_owner_has_a_limit_of_batches(batches: Batches, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MAX_OWNER_BATCHES", 1)
    batches.create(*batches.lines(1))
    assert code(batches.send(*batches.lines(1))) == (409, "limit_reached")


def test_photos_by_url_are_off_by_default(start: Start, batches: Batches) -> None:
    gateway = start()
    response = gateway.http.post("/v1/batches", content=json.dumps(LINE))
    assert code(response) == (422, "photo_urls_disabled")


def test_a_line_that_is_not_accepted_is_named(batches: Batches) -> None:
    response = batches.send(LINE, {"key": "../a"})
    assert code(response) == (422, "invalid_storage_key")
    assert "Line 2 " in response.json()["detail"]


def test_a_manifest_that_cannot_be_written_leaves_nothing(batches: Batches, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise StorageFull

    monkeypatch.setattr(Sink, "write", fail)
    assert code(batches.send(LINE)) == (507, "storage_full")
    assert batches.gateway.stored_files() == []


def test_an_idempotency_key_makes_one_batch(batches: Batches) -> None:
    lines, headers = batches.lines(2), {"Idempotency-Key": "k"}
    ids = [batches.send(*lines, **headers).json()["id"] for _ in range(2)]
    assert ids[0] == ids[1]
    assert code(batches.send(*lines[:1], **headers)) == (422, "idempotency_key_reused")
    assert len(batches.gateway.http.get("/v1/batches").json()["batches"]) == 1


def test_a_batch_begins_with_its_idempotency_record(batches: Batches, monkeypatch: pytest.MonkeyPatch) -> None:
    begin, records = store.BatchStore.begin, list[str]()

    def begin_and_note(batch_store: store.BatchStore, batch_id: str, lines: int, now: float) -> None:
        keys = batches.gateway.redis.keys("*idempotency*")
        records.extend(str(batches.gateway.redis.get(key)) for key in keys)
        begin(batch_store, batch_id, lines, now)

    monkeypatch.setattr(store.BatchStore, "begin", begin_and_note)
    batch_id = batches.send(*batches.lines(1), **{"Idempotency-Key": "k"}).json()["id"]
    assert [batch_id in record for record in records] == [True]


def test_lines_of_a_stored_manifest_are_found_from_any_on(batches: Batches, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest, "BLOCK_BYTES", 50)
    lines = [{"url": f"https://photos.example/{'x' * length}"} for length in range(40)]
    batches.gateway.storage.put("m", "".join(json.dumps(line) + "\n" for line in lines).encode())
    offset, urls = 0, list[str | None]()
    for count in (1, 15, 24):
        offset, found = manifest.find_lines(batches.gateway.storage, "m", offset, count)
        urls += [line.url for line in found]
    assert urls == [line["url"] for line in lines]
