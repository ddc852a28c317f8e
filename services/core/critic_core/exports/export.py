"""What every export is given, and how it is written down in the registry."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from critic_core.contracts.album import Album, Proposal, Verdict
from critic_core.contracts.errors import InvalidRequest


class Naming(StrEnum):
    """How a sidecar of `IMG.CR2` is called."""

    adobe = "adobe"  # IMG.xmp: Lightroom, Bridge, Capture One
    darktable = "darktable"  # IMG.CR2.xmp: darktable, digiKam
    both = "both"


@dataclass(frozen=True)
class StarMap:
    """From a score to stars: four scores, ascending; at each a photo gets one more than 1."""

    scores: tuple[float, ...] = (20, 40, 60, 80)

    @classmethod
    def parse(cls, text: str) -> "StarMap":
        """From `20,40,60,80`. InvalidRequest for anything else."""
        try:
            scores = tuple(float(part) for part in text.split(","))
        except ValueError:
            scores = ()
        if len(scores) != 4 or list(scores) != sorted(set(scores)) or not all(0 <= score <= 100 for score in scores):
            raise InvalidRequest("Stars are told as four scores that ascend, from 0 to 100: 20,40,60,80.")
        return cls(scores)

    def of(self, proposal: Proposal) -> int:
        """−1 for what is rejected, otherwise 1 to 5; what the photographer gave, 0 to 5, goes first."""
        if proposal.verdict is Verdict.reject:
            return -1
        if proposal.decision is not None and proposal.decision.stars is not None:
            return proposal.decision.stars
        return 1 + sum(proposal.score >= score for score in self.scores)


@dataclass(frozen=True)
class Wish:
    """What may be chosen about an export."""

    stars: StarMap = field(default_factory=StarMap)
    naming: Naming = Naming.both


class Pictures(Protocol):
    """Where pictures come from. Both raise PhotoNotFound for one that is gone."""

    def original(self, photo_id: str) -> Iterator[bytes]:
        """The bytes that were uploaded, piece by piece; whether they are there is seen at once."""
        ...

    def preview(self, photo_id: str) -> bytes:
        """A small JPEG."""
        ...


Proposals = Callable[[], Iterator[Proposal]]
"""All photos of an album, best first; called anew for each time that an export goes through them."""


@dataclass(frozen=True)
class Given:
    """What an export is made of."""

    album: Album
    proposals: Proposals
    wish: Wish
    pictures: Pictures


@dataclass(frozen=True)
class Export:
    """One format. `write` gives the file piece by piece, so that an album of any size needs little memory."""

    name: str
    media_type: str
    suffix: str
    write: Callable[[Given], Iterator[bytes]]
