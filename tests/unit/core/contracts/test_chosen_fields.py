"""Contracts of chosen fields have the fields of the whole ones, all but the id optional."""

from types import UnionType
from typing import Any, Union, get_args, get_origin

import pytest

from critic_core.contracts.account import PhotoEntry, PhotosPage
from critic_core.contracts.album import Summary
from critic_core.contracts.base import Contract
from critic_core.contracts.chosen_fields import (
    CritiqueFields,
    PhotoEntryFields,
    PhotoFields,
    PhotosPageFields,
    ProblemFields,
    SummaryFields,
)
from critic_core.contracts.critique import Critique
from critic_core.contracts.errors import Problem
from critic_core.contracts.photo import Photo

PAIRS: list[tuple[type[Contract], type[Contract]]] = [
    (Photo, PhotoFields),
    (Critique, CritiqueFields),
    (Problem, ProblemFields),
    (PhotoEntry, PhotoEntryFields),
    (Summary, SummaryFields),
]
CHOSEN: dict[Any, object] = dict(PAIRS)


def alternatives(annotation: object) -> set[object]:
    """The types of `A | B | None`, chosen fields for whole contracts."""
    united = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)
    return {CHOSEN.get(part, part) for part in united} - {type(None)}


@pytest.mark.parametrize(("whole", "chosen"), PAIRS)
def test_they_have_the_fields_of_the_whole(whole: type[Contract], chosen: type[Contract]) -> None:
    assert {name: alternatives(field.annotation) for name, field in chosen.model_fields.items()} == {
        name: alternatives(field.annotation) for name, field in whole.model_fields.items()
    }
    assert [name for name, field in chosen.model_fields.items() if field.is_required()] in ([], ["id"])


def test_pages_have_the_same_fields() -> None:
    assert set(PhotosPageFields.model_fields) == set(PhotosPage.model_fields)
