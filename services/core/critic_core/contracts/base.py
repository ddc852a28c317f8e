"""The base of everything that crosses a wire or a file."""

from pydantic import BaseModel, ConfigDict


class Contract(BaseModel):
    """An immutable message; unknown fields are refused, so that a drift between two services is seen at once."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())
