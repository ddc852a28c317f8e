"""The same bytes sent twice by one owner: one inference, and never a critique of another owner, model or version."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import redis
from tests.support.critiques import make_critique
from tests.support.tiny_model import tiny_manifest
from tests.unit.gateway.application import PHOTO, Application
from tests.unit.gateway.auth.keys import entry, write_keys
from tests.unit.gateway.conftest import Start

from critic_core.contracts.critique import Critique
from critic_core.contracts.errors import PhotoCorrupt
from critic_core.contracts.heartbeat import Heartbeat
from critic_core.contracts.manifest import Manifest
from critic_core.contracts.photo import CRITIQUE_QUEUE
from critic_core.contracts.routing import ActiveVersions, Routing, TrafficSplit
from critic_core.runtime.storage import preview_key

MANIFEST = tiny_manifest()
OTHER_PHOTO = PHOTO + b"a trailing byte"


def critique_by(manifest: Manifest) -> Critique:
    provenance = {
        "model": manifest.name,
        "version": manifest.version,
        "weights_sha256": manifest.weights_sha256,
        "preprocessing_digest": manifest.preprocessing.digest,
    }
    critique = make_critique()
    return critique.model_copy(update={"provenance": critique.provenance.model_copy(update=provenance)})


def serve(gateway: Application, *manifests: Manifest, **routing: Any) -> None:
    """Publish as a worker does: the last manifest is the newest version of the server's own model."""
    gateway.workers.save_models([manifests[-1]], [MANIFEST.name], manifests)
    active = ActiveVersions.of(MANIFEST.name, Routing(**routing), [manifest.version for manifest in manifests])
    assert active is not None
    gateway.workers.save_active_versions(active)
    beat(gateway, MANIFEST.name)


def beat(gateway: Application, model: str) -> None:
    """A worker that scores with this model by default."""
    heartbeat = Heartbeat(worker="worker", at=datetime.now(UTC), model=model, version="1", device="cpu")
    gateway.workers.save_heartbeat(heartbeat)


def finish(gateway: Application, photo_id: str) -> None:
    gateway.storage.put(preview_key(photo_id), b"preview")
    gateway.jobs.finish(photo_id, critique_by(MANIFEST))


@pytest.fixture
def gateway(start: Start) -> Application:
    gateway = start(reuse_critiques=True)
    serve(gateway, MANIFEST)
    return gateway


def test_the_same_bytes_cost_one_inference(gateway: Application) -> None:
    first = gateway.new_photo()
    finish(gateway, first)
    for _ in range(2):
        again = gateway.send()
        photo = again.json()
        assert (again.status_code, photo["state"], photo["id"] != first) == (200, "done", True)
        assert photo["critique"]["score"] == 71.5
        assert gateway.http.get(f"/v1/photos/{photo['id']}/preview").content == b"preview"
    assert gateway.redis.llen(CRITIQUE_QUEUE) == 1
    assert gateway.jobs.backlog() == 0


def test_an_album_ranks_the_photo_at_once(gateway: Application) -> None:
    finish(gateway, gateway.new_photo())
    album = gateway.new_album().id
    assert gateway.http.post(f"/v1/albums/{album}/photos", content=PHOTO).status_code == 200
    page = gateway.http.get(f"/v1/albums/{album}").json()
    assert (page["album"]["counts"]["done"], page["photos"][0]["rank"]) == (1, 1)


def test_only_new_files_of_an_upload_are_queued(gateway: Application) -> None:
    finish(gateway, gateway.new_photo())
    files = [("file", ("a.jpg", PHOTO)), ("file", ("b.jpg", OTHER_PHOTO))]
    receipts = gateway.http.post("/v1/photos", files=files).json()["photos"]
    assert [receipt["photo"]["state"] for receipt in receipts] == ["done", "queued"]
    assert gateway.jobs.backlog() == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda gateway: serve(gateway, MANIFEST, tiny_manifest("2")),
        lambda gateway: serve(gateway, MANIFEST.model_copy(update={"weights_sha256": "1" * 64})),
        lambda gateway: serve(
            gateway, MANIFEST, tiny_manifest("2"), pinned="1", canary=TrafficSplit(version="2", percent=10)
        ),
        lambda gateway: beat(gateway, "another"),
    ],
    ids=["another version", "other weights", "a canary", "another default"],
)
def test_a_critique_of_an_earlier_model_is_not_reused(
    gateway: Application, change: Callable[[Application], None]
) -> None:
    finish(gateway, gateway.new_photo())
    change(gateway)
    assert gateway.send().json()["state"] == "queued"


def test_an_unfinished_and_a_failed_photo_are_not_reused(gateway: Application) -> None:
    assert gateway.send().json()["state"] == "queued"
    failed = gateway.send().json()
    gateway.jobs.fail(failed["id"], PhotoCorrupt().problem())
    assert gateway.send().json()["state"] == "queued"


def test_another_requested_model_scores_the_photo_itself(gateway: Application) -> None:
    finish(gateway, gateway.new_photo())
    assert gateway.send(params={"model": MANIFEST.name}).json()["state"] == "queued"


def test_a_deleted_photo_is_forgotten(gateway: Application, client: "redis.Redis") -> None:
    photo_id = gateway.new_photo()
    finish(gateway, photo_id)
    gateway.http.delete(f"/v1/photos/{photo_id}")
    assert client.keys("critic:bytes:*") == []
    assert gateway.send().json()["state"] == "queued"


def test_an_entry_lives_no_longer_than_its_photo(gateway: Application, client: "redis.Redis") -> None:
    photo_id = gateway.new_photo()
    (name,) = client.keys("critic:bytes:*")
    assert client.expiretime(name) == client.expiretime(f"critic:photo:{photo_id}")


def test_owners_share_nothing(start: Start, tmp_path: Any) -> None:
    keys = write_keys(tmp_path, entry("ann", b"ann"), entry("bob", b"bob"))
    gateway = start(reuse_critiques=True, api_keys_toml=keys)
    serve(gateway, MANIFEST)
    finish(gateway, gateway.send(headers={"X-API-Key": "ann"}).json()["id"])
    assert gateway.send(headers={"X-API-Key": "bob"}).json()["state"] == "queued"
    assert gateway.send(headers={"X-API-Key": "ann"}).json()["state"] == "done"


def test_without_the_setting_every_photo_is_scored(start: Start) -> None:
    gateway = start()
    serve(gateway, MANIFEST)
    finish(gateway, gateway.new_photo())
    assert gateway.send().json()["state"] == "queued"
