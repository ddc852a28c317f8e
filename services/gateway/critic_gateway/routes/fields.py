"""`?fields=`: the chosen fields of each photo of a response; of its critique or summary by `critique.score`.

Without it, a critique leaves out what compares pixels: it is larger than the rest, and clients of scores read none.
"""

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Annotated, Any, Literal, get_args

from fastapi import Depends, Query, Response
from pydantic import BeforeValidator, Field
from pydantic.fields import FieldInfo

from critic_core.contracts.base import Contract
from critic_core.contracts.photo import LARGE_FIELDS, Photo

MAX_NAMES = 100
FIELDS = "Fields of each photo, comma-separated; its id is always there. Default: all"

Excluded = dict[str, Any]
"""Fields that pydantic leaves out of a serialized contract."""


def chosen_fields(contract: type[Contract]) -> Any:
    """The type of a query parameter: names of fields of the contract, and of the contracts directly inside."""
    names: Any = Literal[tuple(_names(contract))]
    several = Annotated[tuple[names, ...], Field(min_length=1, max_length=MAX_NAMES)]
    return Annotated[several | None, BeforeValidator(_split)]


def other_fields(contract: type[Contract], chosen: Iterable[str] | None) -> Excluded:
    """All fields but the chosen ones and the id; none without a choice."""
    if chosen is None:
        return {}
    names = {"id", *chosen}
    return {name: _others_of(name, field, names) for name, field in contract.model_fields.items() if name not in names}


def _others_of(name: str, field: FieldInfo, chosen: set[str]) -> set[str] | bool:
    inner = set(_names_inside(field))
    unchosen = {name_inside for name_inside in inner if f"{name}.{name_inside}" not in chosen}
    return unchosen if unchosen != inner else True


def _names(contract: type[Contract]) -> Iterator[str]:
    for name, field in contract.model_fields.items():
        yield name
        yield from (f"{name}.{name_inside}" for name_inside in _names_inside(field))


def _names_inside(field: FieldInfo) -> Iterator[str]:
    for part in get_args(field.annotation):  # of `Critique | None`
        if isinstance(part, type) and issubclass(part, Contract):
            yield from part.model_fields


def _split(value: object) -> object:
    return [name for text in value for name in text.split(",")] if isinstance(value, list) else value


async def _fields(
    fields: Annotated[
        chosen_fields(Photo),  # type: ignore[valid-type]  # computed from the contract
        Query(description=f"{FIELDS}, without the fingerprint's pixels and embedding."),
    ] = None,
) -> Excluded:
    return LARGE_FIELDS if fields is None else other_fields(Photo, fields)


UnwantedFields = Annotated[Excluded, Depends(_fields)]
"""The fields of a photo that the request leaves out. RequestValidationError for unknown names."""


def json_response(body: Contract, status: HTTPStatus = HTTPStatus.OK, excluded: Excluded | None = None) -> Response:
    """A contract as response, serialized once."""
    text = body.model_dump_json(exclude_none=True, exclude=excluded)
    return Response(text, status, media_type="application/json")
