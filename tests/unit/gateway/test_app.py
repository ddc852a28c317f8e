"""The application's OpenAPI document."""

import json
import re

from critic_gateway.app import create_app
from critic_gateway.settings import GatewaySettings

DOCUMENT = create_app(GatewaySettings()).openapi()
OPERATIONS = [operation for methods in DOCUMENT["paths"].values() for operation in methods.values()]


def test_operation_ids_are_unique_and_in_camel_case() -> None:
    ids = [operation["operationId"] for operation in OPERATIONS]
    assert {"sendPhotos", "getPhoto", "exportAlbum", "listPhotoDeliveries"} <= set(ids)
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", name) for name in ids)


def test_summaries_are_a_verb_and_a_noun() -> None:
    verbs = {"Add", "Create", "Delete", "Export", "Follow", "Get", "List", "Mark", "Retry", "Revoke", "Send", "Set"}
    verbs |= {"Cancel", "Change", "Decide", "Merge", "Turn", "Undo", "Unlock", "Unmark", "Withdraw"}
    assert {operation["summary"].split()[0] for operation in OPERATIONS} == verbs


def test_every_parameter_is_described() -> None:
    parameters = [parameter for operation in OPERATIONS for parameter in operation.get("parameters", ())]
    assert [parameter["name"] for parameter in parameters if not parameter.get("description")] == []


def test_every_reference_has_its_schema_and_every_error_is_a_problem() -> None:
    references = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(DOCUMENT)))
    assert references <= set(DOCUMENT["components"]["schemas"])
    assert "HTTPValidationError" not in references


def test_every_operation_says_what_it_requires() -> None:
    required = {operation["operationId"]: operation["security"] for operation in OPERATIONS}
    keys, viewers = [{"apiKey": []}, {"bearer": []}], [{}, {"sharePass": []}]
    free = {"getLiveness", "getReadiness", "getMetrics", "unlockSharedAlbum"}
    shared = {name for path, methods in DOCUMENT["paths"].items() for name in _ids(methods) if "{token}" in path}
    assert {name for name, schemes in required.items() if schemes == []} == free
    assert {name for name, schemes in required.items() if schemes == viewers} == shared - free
    assert all(schemes == keys for name, schemes in required.items() if name not in free | shared)


def test_every_error_is_a_problem_and_every_response_has_its_request_id() -> None:
    for operation in OPERATIONS:
        assert {"4XX", "5XX"} <= set(operation["responses"])
        for status, response in operation["responses"].items():
            if "$ref" not in response:
                assert "X-Request-ID" in response["headers"]
                assert (
                    status < "400"
                    or set(response.get("content", {})) <= {"application/problem+json"}
                    or _probe(operation)
                )


def test_webhooks_are_in_the_contract() -> None:
    assert set(DOCUMENT["webhooks"]) == {"photo.done", "photo.failed", "album.done", "batch.done"}
    for methods in DOCUMENT["webhooks"].values():
        assert {parameter["name"] for parameter in methods["post"]["parameters"]} == {
            "webhook-id",
            "webhook-timestamp",
            "webhook-signature",
        }


def test_links_lead_from_a_created_album_to_its_calls() -> None:
    links = DOCUMENT["paths"]["/v1/albums"]["post"]["responses"]["201"]["links"]
    assert {"getAlbum", "addPhotos", "deleteAlbum"} <= set(links)
    assert links["getAlbum"]["parameters"] == {"album_id": "$response.body#/id"}


def test_this_server_tells_its_limit_of_an_albums_time_to_live() -> None:
    document = create_app(GatewaySettings(album_ttl_seconds=3600)).openapi()
    ttl = document["components"]["schemas"]["NewAlbum"]["properties"]["ttl_seconds"]
    assert ttl["anyOf"][0] == {"type": "integer", "minimum": 60, "maximum": 3600}


def _probe(operation: dict[str, object]) -> bool:
    return operation["tags"] == ["operations"]


def _ids(methods: dict[str, dict[str, str]]) -> list[str]:
    return [operation["operationId"] for operation in methods.values()]
