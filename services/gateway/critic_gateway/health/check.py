"""The result of a check of a dependency."""

from critic_core.contracts.base import Contract


class Check(Contract):
    """The state of a dependency."""

    ok: bool
    detail: str
