"""The contract of responses with chosen fields."""

from typing import Any

from critic_gateway.app import create_app
from critic_gateway.settings import GatewaySettings

DOCUMENT = create_app(GatewaySettings()).openapi()
SCHEMAS = DOCUMENT["components"]["schemas"]
PREFIX = "#/components/schemas/"


def operations_with_fields() -> dict[str, Any]:
    operations = [operation for path in DOCUMENT["paths"].values() for operation in path.values()]
    return {
        operation["operationId"]: operation
        for operation in operations
        if "fields" in {parameter["name"] for parameter in operation.get("parameters", ())}
    }


def test_every_response_with_chosen_fields_has_its_schema_beside_the_whole_one() -> None:
    operations = operations_with_fields()
    assert set(operations) == {"sendPhotos", "getPhoto", "listPhotos", "addPhotos", "getAlbum"}
    for operation in operations.values():
        choices = operation["responses"]["200"]["content"]["application/json"]["schema"]["anyOf"]
        names = [choice["$ref"].removeprefix(PREFIX) for choice in choices]
        assert {f"{name}Fields" for name in names if f"{name}Fields" in SCHEMAS} == set(names[len(names) // 2 :])


def test_only_the_id_is_required_and_the_whole_schemas_stay() -> None:
    assert SCHEMAS["PhotoFields"]["required"] == ["id"]
    assert "required" not in SCHEMAS["CritiqueFields"]
    assert SCHEMAS["PhotosPageFields"]["required"] == ["photos"]
    assert {"id", "state", "media_type"} <= set(SCHEMAS["Photo"]["required"])


def test_the_names_stand_in_one_parameter() -> None:
    for operation in operations_with_fields().values():
        (parameter,) = [parameter for parameter in operation["parameters"] if parameter["name"] == "fields"]
        assert parameter["explode"] is False
        names = parameter["schema"]["anyOf"][0]["items"]["enum"]
        assert "state" in names
