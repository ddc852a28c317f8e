"""The base class of messages and files."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class Contract(BaseModel):
    """An immutable message. Unknown fields are errors, so that incompatible services fail early.

    Errors have no values: logs get neither callback URLs nor file names.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=(), hide_input_in_errors=True)

    @classmethod
    def read(cls, text: str | bytes) -> Self:
        """Parse JSON, perhaps of another version (during an upgrade two versions share Redis). Unknown fields are
        ignored at every depth.
        """
        return cls.model_validate_json(text, extra="ignore")

    @classmethod
    def of_fields(cls, fields: dict[str, Any]) -> Self:
        """Like `read`, from the fields of a Redis hash."""
        return cls.model_validate(fields, extra="ignore")
