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
from critic_core.stores.worker_status import HEARTBEATS, MODELS, WorkerStatusStore


def newer(value: Any) -> Any:
    """As a newer version would write it: each object has a field more."""
    if isinstance(value, dict):
        return {**{name: newer(field) for name, field in value.items()}, "of_tomorrow": {"with": ["parts"]}}
    return [newer(item) for item in value] if isinstance(value, list) else value


def newer_critique(critique: Critique) -> str:
    fields = critique.model_dump(mode="json")
    properties, fields["properties"] = fields["properties"], {}
    fields = newer(fields)
    fields["properties"] = {**{name: newer(value) for name, value in properties.items()}, "mood": {"value": 1}}
    return json.dumps(fields)


def test_a_critique_of_a_newer_version_is_read(client: "redis.Redis") -> None:
    store, photo = JobStore(client), make_photo(PhotoState.queued)
    store.create(photo)
    critique = make_critique()
    assert store.finish(photo.id, critique)
    client.hset(photo_hash(photo.id), mapping={"critique": newer_critique(critique), "of_tomorrow": "1"})
    assert store.get(photo.id).critique == critique


def test_the_heartbeat_of_a_newer_worker_is_read(client: "redis.Redis") -> None:
    status = WorkerStatusStore(client)
    heartbeat = Heartbeat.read('{"worker": "w", "at": "2026-01-01T00:00:00Z", "other_models": [{}]}')
    client.hset(HEARTBEATS, "w", json.dumps(newer(heartbeat.model_dump(mode="json"))))
    assert status.heartbeats(newer_than=0) == [heartbeat]


def test_a_newer_models_card_is_read_but_not_a_new_way_to_prepare_a_photo(client: "redis.Redis") -> None:
    manifest = tiny_manifest()
    fields = manifest.model_dump(mode="json")
    card = {**fields, "of_tomorrow": 1, "golden": newer(fields["golden"]), "reference": newer(fields["reference"])}
    client.hset(MODELS, manifest.name, json.dumps(card))
    assert WorkerStatusStore(client).models() == [manifest]
    fields["preprocessing"] |= {"sharpen": True, "digest": "of tomorrow"}
    with pytest.raises(ValueError, match="digest"):
        parse_manifest(json.dumps(fields))


@pytest.mark.parametrize("kind", [Photo, Critique, Manifest, Heartbeat])
def test_other_input_is_still_validated_strictly(kind: type[Photo]) -> None:
    with pytest.raises(ValidationError, match="of_tomorrow"):
        kind.model_validate({"of_tomorrow": 1})
