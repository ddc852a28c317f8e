"""The OpenAPI document: FastAPI's, completed by what is true of every operation."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from critic_core.contracts.album import AlbumEvent
from critic_core.contracts.base import Contract
from critic_core.contracts.batch import BatchLine, BatchResult
from critic_gateway.http.deprecation import DEPRECATIONS
from critic_gateway.http.problems import PROBLEM_MEDIA_TYPE
from critic_gateway.routes.field_schemas import add_field_schemas
from critic_gateway.routes.links import add_links
from critic_gateway.settings import GatewaySettings

API_VERSION = "1.1.0"
"""Version of the contract: minor for additions, patch for corrections (docs/versioning.md)."""

REPOSITORY = "https://github.com/photo-critic/photo-critic"
SERVERS: list[dict[str, str | Any]] = [
    {"url": "/", "description": "The server of this document"},
    {"url": "http://127.0.0.1:8000", "description": "The stack of `photo-critic up`"},
]
TAGS = {
    "photos": "Uploads, critiques, previews and originals.",
    "albums": "Photos of a shoot: ranked, grouped, selected and exported together.",
    "batches": "Many photos by a manifest, with their results as a file.",
    "webhooks": "Secrets of receivers, and deliveries with their attempts.",
    "shares": "Share links of an album, for its owner.",
    "shared": "An album for the viewers of a share link, without an API key.",
    "account": "Everything of an owner: export and erasure.",
    "models": "The served models and their versions.",
    "usage": "Limits and usage of an API key.",
    "operations": "Liveness, readiness and metrics, for operators.",
}
_JSON = dict[str, Any]
_RETRY_STATUSES = ("429", "503", "507")
_PROBLEM = {"$ref": "#/components/responses/Problem"}
_RATE_LIMITS = ("RateLimit", "RateLimit-Policy")


def _header(description: str, example: str | int, **schema: Any) -> _JSON:
    return {"description": description, "schema": {"type": "string", **schema}, "example": example}


HEADERS = {
    "X-Request-ID": _header("Id of the request, in every log line of it", "3f2c9b1e", pattern="^[A-Za-z0-9._-]{1,64}$"),
    "RateLimit": _header("State of the request rate of the API key, if it has one", '"requests";r=9;t=1'),
    "RateLimit-Policy": _header("Request rate of the API key, if it has one", '"requests";q=10;w=1'),
    "Retry-After": _header("Seconds until the next request", 2, type="integer", minimum=0),
    "WWW-Authenticate": _header("How to authenticate", 'Bearer realm="photo-critic"'),
    "Location": _header("Path of the new resource", "/v1/photos/0199c0de-0000-7000-8000-000000000000"),
    "Allow": _header("Methods of the path", "GET, HEAD, OPTIONS"),
    "Deprecation": _header("Since when a call is deprecated (RFC 9745); missing otherwise", "@1798761600"),
    "Sunset": _header("When a deprecated call ends (RFC 8594); missing otherwise", "Fri, 01 Jan 2027 00:00:00 GMT"),
}


def camel_case(name: str) -> str:
    """`send_photos` as `sendPhotos`."""
    first, *words = name.split("_")
    return first + "".join(word.capitalize() for word in words)


class Api(FastAPI):
    """FastAPI with the whole contract as its OpenAPI document."""

    def __init__(self, settings: GatewaySettings, **options: Any) -> None:
        self._album_ttl_seconds = settings.album_ttl_seconds
        super().__init__(
            version=API_VERSION,
            servers=SERVERS,
            openapi_tags=[{"name": name, "description": text} for name, text in TAGS.items()],
            contact={"name": "The Photo Critic authors", "url": REPOSITORY},
            license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
            generate_unique_id_function=lambda route: camel_case(route.name),
            **options,
        )

    def openapi(self) -> _JSON:
        """The document, built once."""
        if self.openapi_schema is None:
            complete(super().openapi(), self._album_ttl_seconds)
        assert self.openapi_schema is not None
        return self.openapi_schema


def complete(document: _JSON, album_ttl_seconds: int) -> None:
    """Adds headers, security and the error of any status to every operation, and this server's limits."""
    components = document["components"]
    components["headers"] = HEADERS
    components["responses"] = {"Problem": _problem()}
    for contract in (AlbumEvent, BatchLine, BatchResult):
        components["schemas"][contract.__name__] = _schema_within_text(contract)
    add_links(document["paths"])
    add_field_schemas(document)
    ttl = components["schemas"]["NewAlbum"]["properties"]["ttl_seconds"]
    ttl["anyOf"][0]["maximum"] = album_ttl_seconds
    for _, operation in _operations(document["webhooks"]):
        operation["security"] = []  # the signature is in a header of the request
    deprecated = {camel_case(name) for name in DEPRECATIONS}
    for path, operation in _operations(document["paths"]):
        if operation["operationId"] in deprecated:
            operation["deprecated"] = True
        _secure(operation, path)
        operation["responses"] |= {key: {"$ref": "#/components/responses/Problem"} for key in ("4XX", "5XX")}
        for status, response in operation["responses"].items():
            if "$ref" not in response:
                response["headers"] = _headers(status, operation, response) | response.get("headers", {})
                _share_examples(response, components.setdefault("examples", {}))


def _operations(paths: _JSON) -> Iterator[tuple[str, _JSON]]:
    for path, operations in paths.items():
        for operation in operations.values():
            yield path, operation


def _secure(operation: _JSON, path: str) -> None:
    """A share link's pass is optional; what requires nothing says so."""
    schemes = operation.get("security", [])
    operation["security"] = [{}, *schemes] if path.startswith("/v1/shared/") and schemes else schemes


def _headers(status: str, operation: _JSON, response: _JSON) -> _JSON:
    names = ["X-Request-ID", *(_RATE_LIMITS if {"apiKey": []} in operation["security"] else ())]
    names += ["Retry-After"] if status in _RETRY_STATUSES and PROBLEM_MEDIA_TYPE in response.get("content", {}) else []
    names += ["WWW-Authenticate"] if status == "401" else []
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _share_examples(response: _JSON, shared: _JSON) -> None:
    """An error's example stands once in the document, and not in each response."""
    for content in response.get("content", {}).values():
        for code, example in content.get("examples", {}).items():
            shared[code] = example
            content["examples"][code] = {"$ref": f"#/components/examples/{code}"}


def _schema_within_text(contract: type[Contract]) -> _JSON:
    """No body is the contract: a stream or a file has many. Its parts are schemas of other responses."""
    schema = contract.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    return {name: value for name, value in schema.items() if name != "$defs"}


def _problem() -> _JSON:
    names = ("X-Request-ID", "Retry-After", "Allow", "Deprecation", "Sunset")
    return {
        "description": "Any other error: `code` is stable, `permanent` says that a retry is useless.",
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
        "content": {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
