import time

import pytest

from critic_core.contracts.errors import InferenceFailed, InferenceUnavailable, StorageUnavailable
from critic_worker.retry import retry_until


def test_a_call_is_retried_until_the_service_is_back() -> None:
    refusals = iter([StorageUnavailable(), InferenceUnavailable()])

    def call() -> str:
        for refusal in refusals:
            raise refusal
        return "back"

    assert retry_until(call, seconds=5) == "back"


def test_the_last_error_is_raised_in_time() -> None:
    def call() -> None:
        raise StorageUnavailable("down")

    began = time.monotonic()
    with pytest.raises(StorageUnavailable, match="down"):
        retry_until(call, seconds=0.4)
    assert time.monotonic() - began < 5


def test_a_permanent_error_is_not_retried() -> None:
    calls = []

    def call() -> None:
        calls.append(1)
        raise InferenceFailed

    with pytest.raises(InferenceFailed):
        retry_until(call, seconds=5)
    assert len(calls) == 1
