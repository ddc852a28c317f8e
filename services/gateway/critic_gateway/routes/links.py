"""Links of the OpenAPI document: which response has the ids of which calls."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class LinkSource:
    """A response with values for parameters of other calls."""

    operation_id: str
    status: str
    values: dict[str, str]


SOURCES = (
    LinkSource("createAlbum", "201", {"album_id": "$response.body#/id"}),
    LinkSource("sendPhotos", "202", {"photo_id": "$response.body#/id"}),
    LinkSource("createBatch", "202", {"batch_id": "$response.body#/id"}),
    LinkSource("createShare", "201", {"token": "$response.body#/token"}),
    LinkSource(
        "addPhotos", "202", {"album_id": "$request.path.album_id", "photo_id": "$response.body#/photos/0/photo/id"}
    ),
)


def add_links(paths: dict[str, Any]) -> None:
    """Adds a link to each source for every call whose path has exactly its parameters."""
    operations = {operation["operationId"]: operation for _, operation in _calls(paths)}
    for source in SOURCES:
        response = operations[source.operation_id]["responses"][source.status]
        response["links"] = {
            operation["operationId"]: {"operationId": operation["operationId"], "parameters": source.values}
            for path, operation in _calls(paths)
            if _path_parameters(path) == set(source.values)
        }


def _calls(paths: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((path, operation) for path, operations in paths.items() for operation in operations.values())


def _path_parameters(path: str) -> set[str]:
    return {part[1:-1] for part in path.split("/") if part.startswith("{")}
