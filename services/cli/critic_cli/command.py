"""Commands whose arguments and options are the fields of a dataclass."""

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any, TypeVar

T = TypeVar("T")


def command_of(options: type[T]) -> Callable[[Callable[[T], None]], Callable[..., None]]:
    """Decorates a function of the dataclass: Typer reads a parameter for each field, annotated as usual."""

    def with_parameters(run: Callable[[T], None]) -> Callable[..., None]:
        @wraps(run)
        def command(**values: Any) -> None:
            run(options(**values))

        command.__signature__ = signature(options)  # type: ignore[attr-defined]
        return command

    return with_parameters
