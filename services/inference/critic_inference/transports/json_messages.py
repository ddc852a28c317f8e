"""Protobuf messages as Triton writes them in JSON: every field told, field names as they are, 64-bit as numbers.

Protobuf's own JSON mapping writes 64-bit integers as strings, which Triton does not.
"""

from typing import Any

from google.protobuf.descriptor import FieldDescriptor


def as_json(message: Any) -> dict[str, Any]:
    """A message as a dict. Sub-messages and members of a `oneof` are told only when they are set."""
    return {
        field.name: _value(field, getattr(message, field.name))
        for field in message.DESCRIPTOR.fields
        if not field.has_presence or message.HasField(field.name)
    }


def _value(field: FieldDescriptor, value: Any) -> Any:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        inner = field.message_type.fields_by_name["value"]
        return {str(key): _one(inner, each) for key, each in value.items()}
    if field.is_repeated:
        return [_one(field, each) for each in value]
    return _one(field, value)


def _one(field: FieldDescriptor, value: Any) -> Any:
    if field.message_type is not None:
        return as_json(value)
    if field.enum_type is not None:
        return field.enum_type.values_by_number[value].name
    return value
