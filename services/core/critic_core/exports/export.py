"""The input of every export, and its entry in the registry."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from critic_core.contracts.album import Album, Proposal, Verdict
from critic_core.contracts.errors import InvalidRequest


class Naming(StrEnum):
    """The name of the sidecar of `IMG.CR2`."""

    adobe = "adobe"  # IMG.xmp: Lightroom, Bridge, Capture One
    darktable = "darktable"  # IMG.CR2.xmp: darktable, digiKam
    both = "both"


@dataclass(frozen=True)
class StarMap:
    """Score → stars: four ascending thresholds, for 2, 3, 4 and 5 stars."""

    scores: tuple[float, ...] = (20, 40, 60, 80)

    @classmethod
    def parse(cls, text: str) -> "StarMap":
        """From `20,40,60,80`. Raises InvalidRequest."""
        try:
            scores = tuple(float(part) for part in text.split(","))
        except ValueError:
            scores = ()
        if len(scores) != 4 or list(scores) != sorted(set(scores)) or not all(0 <= score <= 100 for score in scores):
            raise InvalidRequest("The star thresholds are four ascending scores from 0 to 100, such as 20,40,60,80.")
        return cls(scores)

    def of(self, proposal: Proposal) -> int:
        """−1 for a reject, otherwise 1 to 5; stars of the photographer, 0 to 5, take precedence."""
        if proposal.verdict is Verdict.reject:
            return -1
        if proposal.decision is not None and proposal.decision.stars is not None:
            return proposal.decision.stars
        return 1 + sum(proposal.score >= score for score in self.scores)


@dataclass(frozen=True)
class ExportOptions:
    """Options of an export."""

    stars: StarMap = field(default_factory=StarMap)
    naming: Naming = Naming.both


class Pictures(Protocol):
    """Source of pictures. Both methods raise PhotoNotFound for a deleted photo."""

    def original(self, photo_id: str) -> Iterator[bytes]:
        """The uploaded bytes in chunks; PhotoNotFound is raised before the first."""
        ...

    def preview(self, photo_id: str) -> bytes:
        """A small JPEG."""
        ...


Proposals = Callable[[], Iterator[Proposal]]
"""All photos of an album, best first; called once for every pass of an export."""


@dataclass(frozen=True)
class ExportInput:
    """The input of an export."""

    album: Album
    proposals: Proposals
    options: ExportOptions
    pictures: Pictures


@dataclass(frozen=True)
class Export:
    """An export format. `write` yields the file in chunks: large albums need little memory, too."""

    name: str
    media_type: str
    suffix: str
    write: Callable[[ExportInput], Iterator[bytes]]
