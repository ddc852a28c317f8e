"""Protobuf messages in Triton's JSON: every field present, original field names, 64-bit integers as numbers.

Protobuf's own JSON mapping writes 64-bit integers as strings.
"""

from typing import Any

from google.protobuf.descriptor import FieldDescriptor


def message_to_dict(message: Any) -> dict[str, Any]:
    """A message as a dict. Sub-messages and members of a `oneof` appear only when they are set."""
    return {
        field.name: _value(field, getattr(message, field.name))
        for field in message.DESCRIPTOR.fields
        if not field.has_presence or message.HasField(field.name)
    }


def _value(field: FieldDescriptor, value: Any) -> Any:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        inner = field.message_type.fields_by_name["value"]
        return {str(key): _scalar(inner, item) for key, item in value.items()}
    if field.is_repeated:
        return [_scalar(field, item) for item in value]
    return _scalar(field, value)


def _scalar(field: FieldDescriptor, value: Any) -> Any:
    if field.message_type is not None:
        return message_to_dict(value)
    if field.enum_type is not None:
        return field.enum_type.values_by_number[value].name
    return value
