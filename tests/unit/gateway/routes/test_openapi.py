"""Error responses in OpenAPI."""

from critic_core.contracts.errors import AlbumResultPending, InvalidApiKey, MissingApiKey, Pending
from critic_gateway.routes.openapi import responses


def test_errors_of_one_status_share_an_entry_with_an_example_of_each() -> None:
    entry = responses(MissingApiKey, InvalidApiKey)[401]
    content = entry["content"]["application/problem+json"]
    examples = content["examples"]
    assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
    assert set(examples) == {"missing_api_key", "invalid_api_key"}
    assert examples["invalid_api_key"]["value"]["status"] == 401


def test_a_pending_result_is_json_with_retry_after() -> None:
    entry = responses(AlbumResultPending)[202]
    assert entry["model"] is Pending
    assert set(entry["content"]) == {"application/json"}
    assert set(entry["headers"]) == {"Retry-After"}
