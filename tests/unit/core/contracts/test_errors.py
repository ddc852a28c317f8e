"""The error tree: codes are stable, unique and known to the docs; every error has a sentence."""

import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest

from critic_core.contracts.errors import CriticError

API_DOCS = Path(__file__).parents[4] / "docs" / "api.md"
PENDING = {"album_result_pending", "erasure_pending", "insight_pending", "preview_pending", "taste_pending"}


def tree(error: type[CriticError] = CriticError) -> Iterator[type[CriticError]]:
    yield error
    for child in error.__subclasses__():
        yield from tree(child)


ERRORS = [error for error in tree() if error.__module__ == "critic_core.contracts.errors"]


def test_codes_are_unique() -> None:
    codes = [error.code for error in ERRORS]
    assert len(codes) == len(set(codes)) > 20


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_every_error_tells_a_sentence_and_survives_the_queue(error: type[CriticError]) -> None:
    problem = error().problem("/v1/photos")
    assert problem.detail.endswith(".")
    assert problem.status == 202 if error.code in PENDING else 400 <= problem.status < 600
    again = pickle.loads(pickle.dumps(error("Told otherwise.")))
    assert (type(again), again.detail) == (error, "Told otherwise.")


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_every_code_is_in_the_docs_with_its_status(error: type[CriticError]) -> None:
    temporary, _, permanent = API_DOCS.read_text("utf-8").partition("\n**Permanent**\n")
    documented, undocumented = (permanent, temporary) if error.permanent else (temporary, permanent)
    item = f"\n- `{error.code}` ({error.status}): {error().detail}\n"
    assert item in documented
    assert item not in undocumented
