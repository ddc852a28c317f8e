#!/bin/sh
# pydantic's JSON schema loses a limit that follows a validator: `max_length` of a dictionary becomes `maxLength`.
#
#     sh findings/pydantic-max-length-of-dicts.sh
#
# `maxLength` is about strings, so a schema with it allows dictionaries (and optional lists) of any size; validation
# refuses them. Without the validator, the schema has `maxProperties` and `maxItems`. (Upstream knows of deques and
# counters: pydantic 13704.) Fails when the behaviour changes.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pydantic==2.14.3 jsonschema==4.25.1

"$folder/venv/bin/python" - <<'PYTHON'
import sys
from typing import Annotated, Optional

import jsonschema
import pydantic
from pydantic import AfterValidator, Field, TypeAdapter, ValidationError


def same(value):
    return value


def allowed(kind, value):
    """Whether validation and the schema allow a value."""
    adapter = TypeAdapter(kind)
    try:
        adapter.validate_python(value)
        validated = True
    except ValidationError:
        validated = False
    return validated, jsonschema.Draft202012Validator(adapter.json_schema()).is_valid(value)


limit = Field(max_length=2)
CASES = {
    "dict": (Annotated[dict[str, int], limit], {"a": 1, "b": 2, "c": 3}),
    "dict after a validator": (Annotated[dict[str, int], AfterValidator(same), limit], {"a": 1, "b": 2, "c": 3}),
    "optional list": (Annotated[Optional[list[int]], limit], [1, 2, 3]),
    "optional list after a validator": (Annotated[Optional[list[int]], AfterValidator(same), limit], [1, 2, 3]),
}
seen = {name: allowed(*case) for name, case in CASES.items()}
print(f"pydantic {pydantic.VERSION}, a limit of 2 and 3 items: allowed by validation and by the JSON schema")
for name, (validated, valid) in seen.items():
    print(f"  {name}: {validated}, {valid}; {TypeAdapter(CASES[name][0]).json_schema()}")
sys.exit(list(seen.values()) != [(False, False), (False, True), (False, False), (False, True)])
PYTHON
