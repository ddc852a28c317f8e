"""The input of every export, and its entry in the registry."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from critic_core.contracts.album import Album, Proposal, Verdict
from critic_core.contracts.errors import InvalidRequest
from critic_core.metadata.stated_choice import StatedChoice, first_stated, of_choice


class Naming(StrEnum):
    """The name of the sidecar of `IMG.CR2`."""

    adobe = "adobe"  # IMG.xmp: Lightroom, Bridge, Capture One
    darktable = "darktable"  # IMG.CR2.xmp: darktable, digiKam
    both = "both"


@dataclass(frozen=True)
class StarMap:
    """Rank among the keepers → stars: four ascending thresholds, for 2, 3, 4 and 5 stars.

    A threshold is the percentage of the keepers that a keeper must surpass or equal: above 80, the best fifth.
    """

    percents: tuple[float, ...] = (20, 40, 60, 80)

    @classmethod
    def parse(cls, text: str) -> "StarMap | None":
        """From `20,40,60,80`; none from an empty text. Raises InvalidRequest."""
        if not text:
            return None
        try:
            percents = tuple(float(number) for number in text.split(","))
        except ValueError:
            percents = ()
        ascending = list(percents) == sorted(set(percents))
        if len(percents) != 4 or not ascending or not all(0 <= percent <= 100 for percent in percents):
            raise InvalidRequest("The star thresholds are four ascending percentages, such as 20,40,60,80.")
        return cls(percents)

    def of(self, proposal: Proposal) -> int | None:
        """1 to 5 for a keeper; None for other photos."""
        if proposal.verdict is not Verdict.keep or proposal.keeper_percent is None:
            return None
        return 1 + sum(proposal.keeper_percent > percent for percent in self.percents)

    def __str__(self) -> str:
        return ",".join(f"{percent:g}" for percent in self.percents)


@dataclass(frozen=True)
class LabelMap:
    """Verdict → colour label, as a photographer's tool names it."""

    labels: Mapping[Verdict, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> "LabelMap":
        """From `keep=Green,maybe=Yellow`; no labels from an empty text. Raises InvalidRequest."""
        pairs = [entry.partition("=") for entry in text.split(",") if entry.strip()]
        try:
            labels = {Verdict(verdict.strip()): label.strip() for verdict, _, label in pairs}
        except ValueError:
            labels = {}
        if len(labels) != len(pairs) or not all(label and label.isprintable() for label in labels.values()):
            raise InvalidRequest("Labels name a colour for verdicts, such as keep=Green,maybe=Yellow,reject=Red.")
        return cls(labels)

    def __str__(self) -> str:
        return ",".join(f"{verdict.value}={label}" for verdict, label in self.labels.items())


@dataclass(frozen=True)
class ExportOptions:
    """Options of an export. Without a star map, a proposal gives no stars."""

    stars: StarMap | None = None
    naming: Naming = Naming.both
    labels: LabelMap = field(default_factory=LabelMap)

    def proposed_stars(self, proposal: Proposal) -> int | None:
        """The stars of a keeper by its rank, on request."""
        return self.stars.of(proposal) if self.stars else None

    def label(self, proposal: Proposal) -> str | None:
        """The colour label of the verdict, on request."""
        return self.labels.labels.get(proposal.verdict)

    def rating(self, proposal: Proposal) -> int | None:
        """xmp:Rating: what a person said (−1 for a reject), else the stars of the proposal; None for no rating."""
        sources = [of_choice(proposal.decision)] if proposal.decision else []
        said = first_stated([*sources, StatedChoice(proposal.rating)]).xmp_rating
        return self.proposed_stars(proposal) if said is None else said


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
