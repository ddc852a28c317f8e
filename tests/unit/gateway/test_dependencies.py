"""Dependencies of every request: coroutines, so that none waits in the thread pool behind uploads."""

from inspect import iscoroutinefunction
from typing import Annotated, get_args, get_origin

import pytest

from critic_gateway import dependencies

ALIASES = {name: alias for name, alias in vars(dependencies).items() if get_origin(alias) is Annotated}


@pytest.mark.parametrize("name", ALIASES)
def test_a_dependency_does_not_wait_for_the_thread_pool(name: str) -> None:
    assert iscoroutinefunction(get_args(ALIASES[name])[1].dependency)


def test_admission_does_not_wait_for_the_thread_pool() -> None:
    assert iscoroutinefunction(dependencies.ADMISSION.dependency)
