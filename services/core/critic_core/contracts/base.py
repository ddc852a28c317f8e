"""The base of everything that crosses a wire or a file."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class Contract(BaseModel):
    """An immutable message; unknown fields are refused, so that a drift between two services is seen at once."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    @classmethod
    def read(cls, told: str | bytes) -> Self:
        """From JSON that another version of ours may have written: while one version takes over from another, both
        read what either keeps in Redis. Fields that this one does not know are passed over, at every depth.
        """
        return cls.model_validate_json(told, extra="ignore")

    @classmethod
    def of_fields(cls, told: dict[str, Any]) -> Self:
        """The same from the fields of a hash."""
        return cls.model_validate(told, extra="ignore")
