import time

import pytest

from critic_core.contracts.errors import InferenceFailed, InferenceUnavailable, StorageUnavailable
from critic_worker.retry import patiently


def test_it_waits_until_the_service_is_back() -> None:
    refusals = iter([StorageUnavailable(), InferenceUnavailable()])

    def call() -> str:
        for refusal in refusals:
            raise refusal
        return "back"

    assert patiently(call, seconds=5) == "back"


def test_it_gives_up_in_time_and_says_why() -> None:
    def call() -> None:
        raise StorageUnavailable("gone")

    began = time.monotonic()
    with pytest.raises(StorageUnavailable, match="gone"):
        patiently(call, seconds=0.4)
    assert time.monotonic() - began < 5


def test_what_is_permanent_is_not_tried_again() -> None:
    calls = []

    def call() -> None:
        calls.append(1)
        raise InferenceFailed

    with pytest.raises(InferenceFailed):
        patiently(call, seconds=5)
    assert len(calls) == 1
