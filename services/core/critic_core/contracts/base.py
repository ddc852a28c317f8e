"""The base of everything that crosses a wire or a file."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class Contract(BaseModel):
    """An immutable message. Unknown fields are rejected, so that two services cannot drift apart unnoticed."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    @classmethod
    def read(cls, text: str | bytes) -> Self:
        """Parse JSON that another version may have written: during an upgrade two versions share Redis. Unknown fields
        are ignored at every depth.
        """
        return cls.model_validate_json(text, extra="ignore")

    @classmethod
    def of_fields(cls, fields: dict[str, Any]) -> Self:
        """The same from the fields of a hash."""
        return cls.model_validate(fields, extra="ignore")
