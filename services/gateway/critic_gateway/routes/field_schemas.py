"""Schemas of responses with `?fields=`, beside those of whole responses: the same fields, only the id is required."""

import json
import re
from typing import Any

_JSON = dict[str, Any]
_PREFIX = "#/components/schemas/"
_RECORDS = ("Photo", "PhotoEntry", "AlbumPhoto", "Critique", "Summary", "Problem", "Decision")
_CONTAINERS = ("PhotosPage", "AlbumPage", "UploadReceipt", "PhotoReceipt")
_PART = re.compile(rf'"{_PREFIX}({"|".join((*_RECORDS, *_CONTAINERS))})"')


def add_field_schemas(document: _JSON) -> None:
    """Adds them to the components, and to every operation with the parameter `fields`."""
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", ()):
                if parameter["name"] == "fields":
                    parameter |= {"style": "form", "explode": False}  # one parameter with commas
                    _add_alternatives(operation["responses"], document["components"]["schemas"])


def _add_alternatives(responses: _JSON, schemas: _JSON) -> None:
    for response in responses.values():
        content = response.get("content", {}).get("application/json")
        if content is not None:
            whole = content["schema"].get("anyOf", [content["schema"]])
            names = [schema["$ref"].removeprefix(_PREFIX) for schema in whole]
            content["schema"] = {"anyOf": [*whole, *({"$ref": _PREFIX + _partial(name, schemas)} for name in names)]}


def _partial(name: str, schemas: _JSON) -> str:
    """The name of the schema for chosen fields, which is added with all inside."""
    partial = f"{name}Fields"
    if partial not in schemas:
        text = _PART.sub(lambda match: f'"{_PREFIX}{match[1]}Fields"', json.dumps(schemas[name]))
        schemas[partial] = {**json.loads(text), "title": partial}
        if name in _RECORDS:
            _require_id_alone(schemas[partial], name)
        for part in dict.fromkeys(_PART.findall(json.dumps(schemas[name]))):  # in a stable order
            _partial(part, schemas)
    return partial


def _require_id_alone(schema: _JSON, name: str) -> None:
    schema.pop("required", None)
    if name in ("Photo", "PhotoEntry", "AlbumPhoto"):
        schema["required"] = ["id"]
