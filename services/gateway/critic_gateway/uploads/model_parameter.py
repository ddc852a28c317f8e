"""`?model=`: which of the models served here a photo is for."""

from typing import Annotated

from fastapi import Depends, Query

from critic_core.contracts.errors import ModelNotFound, NotReady
from critic_gateway.dependencies import Caller, Parts, PartsHere

Name = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=100,
        description="Name of a model in /v1/models; without it the server's own (CRITIC_MODEL) answers.",
    ),
]


def _served(parts: PartsHere, _: Caller, model: Name = None) -> str | None:
    """The name asked for. Raises ModelNotFound, or NotReady while no worker has told yet what is served."""
    if model is not None:
        require_served(model, parts)
    return model


def require_served(model: str, parts: Parts) -> None:
    """Raises ModelNotFound, or NotReady while no worker has told yet what is served."""
    names = parts.board.names()
    if not names:
        raise NotReady("It is not known yet which models are served here.")
    if model not in names:
        raise ModelNotFound(f"No model '{model}' is served here. There are: {', '.join(names)}.")


AskedModel = Annotated[str | None, Depends(_served)]
"""The name of a model that is served, checked before a byte of the body is read; None when none was asked for."""
