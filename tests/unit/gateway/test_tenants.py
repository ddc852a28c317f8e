"""Two tenants: every operation of the OpenAPI document is tried with the ids of somebody else.

The cases below must name every operation, so that a new route fails here until somebody has said whose data it touches.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from threading import Timer
from typing import Any

import httpx
import pytest
import redis
from tests.support.critiques import make_critique, make_suggestions
from tests.support.redis_server import RedisServer
from tests.support.tastes import make_taste, save_taste
from tests.support.waiting import until
from tests.unit.gateway.application import PHOTO, Application, running_application
from tests.unit.gateway.auth.keys import entry, write_keys
from tests.unit.gateway.routes.test_album_results import GROUPS, SELECTION
from tests.unit.gateway.routes.test_deliveries import SECRET, URL

from critic_core.contracts.album import query_digest
from critic_core.contracts.identity import new_id
from critic_core.contracts.insight import INSIGHTS
from critic_core.contracts.taste import TasteState
from critic_core.contracts.webhook import Delivery
from critic_core.runtime.storage import preview_key
from critic_core.stores.album_results import ResultSection
from critic_core.stores.insights import Insight, InsightStore
from critic_core.stores.tastes import TasteStore, taste_key
from critic_gateway.app import create_app
from critic_gateway.auth.share_access import new_token
from critic_gateway.notifications import album_feeds
from critic_gateway.settings import GatewaySettings

OWNER, STRANGER = "ann", "bob"
SUGGESTED = make_suggestions().model_dump_json()


@dataclass(frozen=True)
class Operation:
    """An operation of the OpenAPI document."""

    method: str
    path: str
    parameters: tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """A valid request: httpx's options, and the status that the owner gets."""

    status: int = 200
    options: dict[str, Any] = field(default_factory=dict)


DECISION = "decision-1"  # an id of the client, within an album
# With an id in the path: 404 for everybody but the owner.
BY_ID = {
    "getPhoto": Case(),
    "deletePhoto": Case(204),
    "getPreview": Case(),
    "getOriginal": Case(),
    "getExplanation": Case(),
    "getExplanationMap": Case(),
    "getSuggestions": Case(),
    "getSuggestionPreview": Case(),
    "getSuggestionSidecar": Case(),
    "listPhotoDeliveries": Case(),
    "retryPhotoDelivery": Case(202),
    "getAlbum": Case(),
    "deleteAlbum": Case(204),
    "addPhotos": Case(200, {"content": PHOTO}),  # a duplicate, which is finished
    "getDecision": Case(),
    "setDecision": Case(200, {"json": {"flag": "reject"}}),
    "undoDecision": Case(),
    "decidePhotos": Case(204, {"json": {"id": DECISION, "photos": ["x"], "flag": "pick"}}),
    "withdrawDecision": Case(204),
    "listGroupCorrections": Case(),
    "correctGroups": Case(204, {"json": {"id": DECISION, "kind": "merge", "photos": ["x"]}}),
    "withdrawGroupCorrection": Case(204),
    "changeAlbum": Case(200, {"json": {"keep": 12}}),
    "getGroups": Case(200, {"params": {"wait": 0}}),
    "getSelection": Case(200, {"params": {"wait": 0, "keep": 1}}),
    "exportAlbum": Case(200, {"params": {"wait": 0, "keep": 1, "format": "json"}}),
    "followAlbum": Case(),
    "listAlbumDeliveries": Case(),
    "retryAlbumDelivery": Case(202),
    "getBatch": Case(),
    "getResults": Case(),
    "cancelBatch": Case(),
    "deleteBatch": Case(204),
    "listBatchDeliveries": Case(),
    "retryBatchDelivery": Case(202),
    "createShare": Case(201),
    "listShares": Case(),
    "revokeShare": Case(204),
}
# With the token of a share link instead of an API key: the photos of its album only.
BY_TOKEN = {
    "getSharedAlbum": Case(),
    "unlockSharedAlbum": Case(422, {"json": {"pin": "2468"}}),  # the link has no PIN
    "listSharedPhotos": Case(),
    "getSharedPreview": Case(),
    "getSharedOriginal": Case(),
    "markFavourite": Case(204),
    "unmarkFavourite": Case(204),
}
# Without an id: the caller's own data only.
OWN_DATA = {
    "listPhotos": Case(),
    "listAlbums": Case(),
    "listBatches": Case(),
    "exportAccount": Case(),
    "eraseAccount": Case(204),
    "getTaste": Case(),
    "switchTaste": Case(204, {"json": {"enabled": False}}),
    "deleteTaste": Case(204),
    "exportTaste": Case(),
    "getReceiverSecrets": Case(200, {"params": {"callback_url": URL}}),
}
# Nothing of any tenant: new photos and albums of the caller, the served models, limits of the key, operations.
NO_DATA = {
    "sendPhotos",
    "createAlbum",
    "createBatch",
    "createUpload",
    "listModels",
    "getUsage",
    "getLiveness",
    "getReadiness",
    "getMetrics",
}
STREAMS = {"followAlbum"}  # end with the deletion of the album


def operations() -> dict[str, Operation]:
    """The operations of the OpenAPI document by id."""
    paths = create_app(GatewaySettings()).openapi()["paths"]
    found = [(path, method, entry) for path, methods in paths.items() for method, entry in methods.items()]
    return {
        entry["operationId"]: Operation(method.upper(), path, _path_parameters(entry)) for path, method, entry in found
    }


def _path_parameters(entry: dict[str, Any]) -> tuple[str, ...]:
    return tuple(
        parameter["name"]
        for parameter in entry.get("parameters", [])
        if parameter["in"] == "path" and parameter["name"] not in ("decision_id", "correction_id", "number")
    )


OPERATIONS = operations()


@dataclass(frozen=True)
class Tenant:
    """A caller with a photo and an album, both with deliveries."""

    gateway: Application
    name: str
    ids: dict[str, str]

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self.gateway.http.request(method, path, headers={"X-API-Key": self.name}, **options)

    def call(self, operation_id: str, ids: dict[str, str], case: Case) -> httpx.Response:
        """The operation with these path parameters."""
        operation = OPERATIONS[operation_id]
        return self.request(
            operation.method,
            operation.path.format(decision_id=DECISION, correction_id=DECISION, number=1, **ids),
            **case.options,
        )

    def data(self) -> list[Any]:
        """Everything of the tenant, as the export has it."""
        lines = self.request("GET", "/v1/account/data").text.splitlines()
        return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def running(redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    folder = tmp_path_factory.mktemp("tenants")
    keys = write_keys(folder, entry(OWNER, OWNER.encode()), entry(STRANGER, STRANGER.encode()))
    settings = {"api_keys_toml": keys, "webhook_secrets": SECRET, "fetch_urls": True}
    with running_application(redis_server.url, folder / "storage", **settings) as application:
        yield application


@pytest.fixture
def ann(running: Application, client: "redis.Redis") -> Tenant:
    return tenant(running, OWNER)


@pytest.fixture
def bob(running: Application, client: "redis.Redis") -> Tenant:
    return tenant(running, STRANGER)


def tenant(gateway: Application, name: str) -> Tenant:
    """A tenant whose operations all succeed: done photos, previews, results, decisions, deliveries."""
    caller = Tenant(gateway, name, {})
    photo_id = caller.request("POST", "/v1/photos", content=PHOTO, params={"callback_url": URL}).json()["id"]
    album_id = caller.request("POST", "/v1/albums", json={"name": name, "callback_url": URL}).json()["id"]
    receipts = caller.request("POST", f"/v1/albums/{album_id}/photos", content=PHOTO).json()["photos"]
    member_id = receipts[0]["photo"]["id"]
    for done in (photo_id, member_id):
        gateway.jobs.finish(done, make_critique())
        gateway.storage.put(preview_key(done), name.encode())
        for insight in INSIGHTS:
            InsightStore(gateway.redis).save(done, insight, Insight(SUGGESTED, name.encode()))
    caller.request("PUT", f"/v1/albums/{album_id}/photos/{member_id}/decision", json={"flag": "pick"})
    permissions = {"favourites": True, "originals": True}
    share = caller.request("POST", f"/v1/albums/{album_id}/shares", json=permissions).json()
    save_results(gateway, album_id)
    save_taste(TasteStore(gateway.redis), name, make_taste(TasteState.unproven, version=f"taste-{name}"))
    manifest, params = b'{"url": "https://127.0.0.1/"}', {"callback_url": URL}
    batch = caller.request("POST", "/v1/batches", content=manifest, params=params).json()
    until(lambda: "finished_at" in caller.request("GET", f"/v1/batches/{batch['id']}").json())
    open_deliveries(gateway, name)
    ids = {"photo": photo_id, "member": member_id, "album": album_id, "delivery": f"d-{name}", "batch": batch["id"]}
    return Tenant(gateway, name, {**ids, "share": share["id"], "token": share["token"]})


def save_results(gateway: Application, album_id: str) -> None:
    album, section = gateway.albums.get(album_id), ResultSection('{"total":0}', [])
    for query, name in ((GROUPS, "near"), (SELECTION, "photos")):
        gateway.results.save(album_id, query_digest(query), album.revision, album.decision_revision, {name: section})


def open_deliveries(gateway: Application, name: str) -> None:
    now = datetime.now(UTC)
    delivery = Delivery(id=f"d-{name}", type="any", timestamp=now, next_attempt_at=now)
    for event in gateway.deliveries.outbox():
        assert gateway.deliveries.open(event, delivery, now + timedelta(hours=1))


def path_ids(operation_id: str, tenants: dict[str, Tenant]) -> dict[str, str]:
    """The path parameters of an operation, each of the tenant named for it. KeyError for a parameter unknown here."""
    in_album = {"album_id", "token"} & set(OPERATIONS[operation_id].parameters)
    names = {"photo_id": "member" if in_album else "photo", "album_id": "album", "delivery_id": "delivery"}
    names |= {"share_id": "share", "token": "token", "batch_id": "batch"}
    return {parameter: owner.ids[names[parameter]] for parameter, owner in tenants.items()}


def not_found(operation: Operation) -> set[str]:
    """The error codes of ids that are not found below a path."""
    return {f"{parameter.removesuffix('_id')}_not_found" for parameter in operation.parameters}


def test_every_operation_has_a_case() -> None:
    assert {*BY_ID, *BY_TOKEN, *OWN_DATA, *NO_DATA} == set(OPERATIONS)
    with_ids = {operation_id for operation_id, operation in OPERATIONS.items() if operation.parameters}
    assert with_ids == {*BY_ID, *BY_TOKEN}


@pytest.mark.parametrize("operation_id", sorted(set(BY_ID) - STREAMS))
def test_the_owner_may(ann: Tenant, bob: Tenant, operation_id: str) -> None:
    ids = path_ids(operation_id, dict.fromkeys(OPERATIONS[operation_id].parameters, ann))
    assert ann.call(operation_id, ids, BY_ID[operation_id]).status_code == BY_ID[operation_id].status


@pytest.mark.parametrize("operation_id", sorted(BY_ID))
def test_nobody_else_may_and_nothing_changes(ann: Tenant, bob: Tenant, operation_id: str) -> None:
    """With every mixture of somebody else's ids and one's own, and with the same response as for unknown ids."""
    operation, before = OPERATIONS[operation_id], ann.data()
    for owners in product((ann, bob), repeat=len(operation.parameters)):
        if ann not in owners:
            continue
        foreign = path_ids(operation_id, dict(zip(operation.parameters, owners, strict=True)))
        unknown = {name: new_id() if foreign[name] in ann.ids.values() else foreign[name] for name in foreign}
        responses = [bob.call(operation_id, ids, BY_ID[operation_id]) for ids in (foreign, unknown)]
        problems = [{**response.json(), "instance": None} for response in responses]
        assert [response.status_code for response in responses] == [404, 404]
        assert problems[0] == problems[1]
        assert problems[0]["code"] in not_found(operation)
    assert ann.data() == before


@pytest.mark.parametrize("operation_id", sorted(BY_TOKEN))
def test_a_share_link_shows_its_own_album(ann: Tenant, bob: Tenant, operation_id: str) -> None:
    """Without an API key; no photo of another album, nor anything with an unknown token."""
    operation, case = OPERATIONS[operation_id], BY_TOKEN[operation_id]

    def call(ids: dict[str, str]) -> httpx.Response:
        return ann.gateway.http.request(
            operation.method,
            operation.path.format(decision_id=DECISION, correction_id=DECISION, number=1, **ids),
            **case.options,
        )

    ids = path_ids(operation_id, dict.fromkeys(operation.parameters, ann))
    assert call(ids).status_code == case.status
    assert call({**ids, "token": new_token()}).json()["code"] == "share_not_found"
    for foreign in (bob.ids["member"], ann.ids["photo"]) if "photo_id" in ids else ():
        assert call({**ids, "photo_id": foreign}).json()["code"] == "photo_not_found"


def test_a_stream_is_the_owners(ann: Tenant, bob: Tenant) -> None:
    """The response of a stream ends with its album."""
    album = {"album_id": ann.ids["album"]}
    deletion = Timer(0.3, lambda: ann.call("deleteAlbum", album, BY_ID["deleteAlbum"]))
    deletion.start()
    response = ann.call("followAlbum", album, BY_ID["followAlbum"])
    deletion.join()
    assert response.status_code == BY_ID["followAlbum"].status
    assert "album_deleted" in response.text


@pytest.mark.parametrize(
    ("operation_id", "name"), [("listPhotos", "photos"), ("listAlbums", "albums"), ("listBatches", "batches")]
)
def test_a_list_has_the_callers_own_entries(ann: Tenant, bob: Tenant, operation_id: str, name: str) -> None:
    listed = [
        {item["id"] for item in caller.call(operation_id, {}, OWN_DATA[operation_id]).json()[name]}
        for caller in (ann, bob)
    ]
    kinds = {"photos": ("photo", "member"), "albums": ("album",), "batches": ("batch",)}[name]
    assert listed == [{caller.ids[kind] for kind in kinds} for caller in (ann, bob)]


def test_a_secret_of_a_receiver_is_the_owners_own(ann: Tenant, bob: Tenant) -> None:
    secrets = [caller.call("getReceiverSecrets", {}, OWN_DATA["getReceiverSecrets"]).json() for caller in (ann, bob)]
    assert secrets[0] != secrets[1]


def test_an_export_has_the_callers_own_data(ann: Tenant, bob: Tenant) -> None:
    for caller, stranger in ((ann, bob), (bob, ann)):
        text = json.dumps(caller.data())
        assert all(subject_id in text for kind, subject_id in caller.ids.items() if kind != "token")
        assert caller.ids["token"] not in text
        assert not any(subject_id in text for subject_id in stranger.ids.values())


def test_a_taste_is_the_callers_own(ann: Tenant, bob: Tenant) -> None:
    def version(caller: Tenant, operation_id: str) -> str:
        document = caller.call(operation_id, {}, OWN_DATA[operation_id]).json()
        return str(document.get("taste", document)["version"])

    for operation_id in ("getTaste", "exportTaste"):
        assert [version(caller, operation_id) for caller in (ann, bob)] == ["taste-ann", "taste-bob"]
    before = bob.data()
    for operation_id in ("switchTaste", "deleteTaste"):
        assert ann.call(operation_id, {}, OWN_DATA[operation_id]).status_code == 204
    assert ann.call("exportTaste", {}, OWN_DATA["exportTaste"]).json()["code"] == "taste_not_found"
    assert bob.data() == before


def test_an_erasure_deletes_the_callers_own_data(ann: Tenant, bob: Tenant, client: "redis.Redis") -> None:
    before = bob.data()
    assert ann.call("eraseAccount", {}, OWN_DATA["eraseAccount"]).status_code == 204
    assert ann.data() == [{"kind": "end", "owner": OWNER, "albums": 0, "photos": 0}]
    assert bob.data() == before
    names = "".join(map(str, client.keys("*")))
    assert not any(subject_id in names for kind, subject_id in ann.ids.items() if kind != "delivery")
    assert (taste_key(OWNER) in names, taste_key(STRANGER) in names) == (False, True)


def test_a_cursor_of_somebody_else_is_an_invalid_request(ann: Tenant, bob: Tenant) -> None:
    cursor = ann.request("GET", "/v1/photos", params={"limit": 1}).json()["next_cursor"]
    for path in ("/v1/photos", "/v1/albums", f"/v1/albums/{bob.ids['album']}", f"/v1/albums/{bob.ids['album']}/groups"):
        response = bob.request("GET", path, params={"cursor": cursor})
        assert (response.status_code, response.json()["code"]) == (422, "invalid_request")


def test_an_idempotency_key_of_somebody_else_is_another_key(ann: Tenant, bob: Tenant) -> None:
    def send(key: str) -> str:
        headers = {"X-API-Key": key, "Idempotency-Key": "k"}
        return str(ann.gateway.http.request("POST", "/v1/photos", content=PHOTO, headers=headers).json()["id"])

    assert send(OWNER) == send(OWNER)
    assert send(STRANGER) != send(OWNER)


def test_a_stream_ends_when_its_key_is_revoked(
    ann: Tenant, running: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(album_feeds, "REVOCATION_SECONDS", 0.05)
    file = running.folder.parent / "keys.toml"
    keys = file.read_text()
    revocation = Timer(0.3, lambda: write_keys(file.parent, entry(STRANGER, STRANGER.encode())))
    revocation.start()
    response = ann.call("followAlbum", {"album_id": ann.ids["album"]}, BY_ID["followAlbum"])
    revocation.join()
    assert ann.request("GET", "/v1/photos").status_code == 401
    file.write_text(keys)
    assert "event: album" in response.text
    assert "album_deleted" not in response.text


def test_two_keys_of_one_owner_share_photos(running: Application, client: "redis.Redis", tmp_path: Path) -> None:
    keys = write_keys(tmp_path, *(entry(name, name.encode(), 'owner = "studio"') for name in (OWNER, STRANGER)))
    url = f"redis://127.0.0.1:{client.connection_pool.connection_kwargs['port']}/0"
    with running_application(url, tmp_path / "storage", api_keys_toml=keys) as gateway:
        photo_id = Tenant(gateway, OWNER, {}).request("POST", "/v1/photos", content=PHOTO).json()["id"]
        photo = Tenant(gateway, STRANGER, {}).request("GET", f"/v1/photos/{photo_id}").json()
    assert photo["owner"] == "studio"
