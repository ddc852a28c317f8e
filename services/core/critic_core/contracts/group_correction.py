"""Corrections of groups of near duplicates by the photographer."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from critic_core.contracts.album import DecisionId
from critic_core.contracts.base import Contract

MAX_CORRECTIONS = 500  # of one album
MAX_CORRECTED_PHOTOS = 200  # by one correction
MAX_ID_LENGTH = 64  # longer than every id: what is stored has a bound


class CorrectionKind(StrEnum):
    """`merge`: the groups of the photos become one; `separate`: the photos become a group of their own."""

    merge = "merge"
    separate = "separate"


class NewGroupCorrection(Contract):
    """A correction that holds for this album until it is withdrawn."""

    id: DecisionId
    kind: CorrectionKind
    photos: tuple[Annotated[str, Field(max_length=MAX_ID_LENGTH)], ...] = Field(
        min_length=1, max_length=MAX_CORRECTED_PHOTOS, description="Ids; photos of no album are ignored"
    )


class GroupCorrection(NewGroupCorrection):
    """A correction, in force since a revision of its album: later ones apply to the result of earlier ones."""

    revision: int


class GroupCorrections(Contract):
    """The corrections of an album, in the order in which they apply."""

    corrections: tuple[GroupCorrection, ...]


def in_order(texts: Iterable[str]) -> tuple[GroupCorrection, ...]:
    """Stored corrections in the order in which they apply."""
    return tuple(sorted(map(GroupCorrection.read, texts), key=lambda correction: correction.revision))
