"""Two versions run side by side during an upgrade: what either keeps in Redis, both read."""

import json
from typing import Any

import pytest
import redis
from pydantic import ValidationError
from tests.support.critiques import make_critique, make_photo
from tests.support.tiny_model import tiny_manifest

from critic_core.contracts.critique import Critique
from critic_core.contracts.heartbeat import Heartbeat
from critic_core.contracts.manifest import Manifest, parse_manifest
from critic_core.contracts.photo import Photo, PhotoState
from critic_core.stores.jobs import JobStore, photo_hash
from critic_core.stores.worker_status import MODELS, HEARTBEATS, WorkerStatusStore


def newer(told: Any) -> Any:
    """As a newer version would write it: each object has a field more."""
    if isinstance(told, dict):
        return {**{name: newer(value) for name, value in told.items()}, "of_tomorrow": {"with": ["parts"]}}
    return [newer(each) for each in told] if isinstance(told, list) else told


def newer_critique(critique: Critique) -> str:
    told = critique.model_dump(mode="json")
    properties, told["properties"] = told["properties"], {}
    told = newer(told)
    told["properties"] = {**{name: newer(value) for name, value in properties.items()}, "mood": {"value": 1}}
    return json.dumps(told)


def test_a_photo_that_a_newer_version_answered_is_told(client: "redis.Redis") -> None:
    store, photo = JobStore(client), make_photo(PhotoState.queued)
    store.create(photo)
    critique = make_critique()
    assert store.finish(photo.id, critique)
    client.hset(photo_hash(photo.id), mapping={"critique": newer_critique(critique), "of_tomorrow": "1"})
    assert store.get(photo.id).critique == critique


def test_a_newer_worker_is_seen_to_be_alive(client: "redis.Redis") -> None:
    board, pulse = WorkerStatusStore(client), Heartbeat.read('{"worker": "w", "at": "2026-01-01T00:00:00Z", "other_models": [{}]}')
    client.hset(HEARTBEATS, "w", json.dumps(newer(pulse.model_dump(mode="json"))))
    assert board.heartbeats(newer_than=0) == [pulse]


def test_a_newer_models_card_is_read_but_not_a_new_way_to_prepare_a_photo(client: "redis.Redis") -> None:
    manifest = tiny_manifest()
    told = manifest.model_dump(mode="json")
    card = {**told, "of_tomorrow": 1, "golden": newer(told["golden"]), "reference": newer(told["reference"])}
    client.hset(MODELS, manifest.name, json.dumps(card))
    assert WorkerStatusStore(client).models() == [manifest]
    told["preprocessing"] |= {"sharpen": True, "digest": "of tomorrow"}
    with pytest.raises(ValueError, match="digest"):
        parse_manifest(json.dumps(told))


@pytest.mark.parametrize("kind", [Photo, Critique, Manifest, Heartbeat])
def test_what_arrives_otherwise_is_still_looked_at_closely(kind: type[Photo]) -> None:
    with pytest.raises(ValidationError, match="of_tomorrow"):
        kind.model_validate({"of_tomorrow": 1})
