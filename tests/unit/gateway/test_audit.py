"""Who deleted what: the name of the key in every log line of a request."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.unit.gateway.auth.keys import entry, write_keys
from tests.unit.gateway.conftest import Start

HEADERS = {"X-API-Key": "alpha"}


def test_log_lines_have_the_name_of_the_key_and_what_was_deleted(
    start: Start, tmp_path: Path, gateway_log: Callable[[], list[dict[str, Any]]]
) -> None:
    gateway = start(api_keys_toml=write_keys(tmp_path, entry("ann", b"alpha")))
    photo_id = gateway.send(headers=HEADERS).json()["id"]
    album_id = gateway.http.post("/v1/albums", headers=HEADERS).json()["id"]
    gateway.http.delete(f"/v1/photos/{photo_id}", headers=HEADERS)
    gateway.http.delete(f"/v1/albums/{album_id}", headers=HEADERS)
    lines = gateway_log()
    by_event = {line["event"]: line for line in lines}
    assert (by_event["photo_deleted"]["photo_id"], by_event["photo_deleted"]["key"]) == (photo_id, "ann")
    assert (by_event["album_deleted"]["album_id"], by_event["album_deleted"]["key"]) == (album_id, "ann")
    assert [line["key"] for line in lines if line["event"] == "request"] == ["ann"] * 4
    assert "alpha" not in str(lines)
