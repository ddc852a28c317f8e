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
    verbs |= {"Undo", "Unlock", "Unmark"}
    assert {operation["summary"].split()[0] for operation in OPERATIONS} == verbs


def test_every_parameter_is_described() -> None:
    parameters = [parameter for operation in OPERATIONS for parameter in operation.get("parameters", ())]
    assert [parameter["name"] for parameter in parameters if not parameter.get("description")] == []


def test_every_reference_has_its_schema_and_every_error_is_a_problem() -> None:
    references = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(DOCUMENT)))
    assert references <= set(DOCUMENT["components"]["schemas"])
    assert "HTTPValidationError" not in references


def test_every_operation_with_an_api_key_says_so() -> None:
    secured = {operation["operationId"] for operation in OPERATIONS if "security" in operation}
    everyone = {operation["operationId"] for operation in OPERATIONS}
    viewers = {name for path, methods in DOCUMENT["paths"].items() for name in _ids(methods) if "{token}" in path}
    assert everyone - secured == {"getLiveness", "getReadiness", "getMetrics", *viewers}


def _ids(methods: dict[str, dict[str, str]]) -> list[str]:
    return [operation["operationId"] for operation in methods.values()]
