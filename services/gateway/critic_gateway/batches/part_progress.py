"""A part of a batch on its way into the photo queue, and its split where a line must wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from critic_core.contracts.batch import BatchLine
from critic_core.contracts.errors import Problem
from critic_core.stores.batches import BatchPart, BatchRow


@dataclass
class PartProgress:
    """The lines of a part, ids of the photos that exist, and why no further line is queued now."""

    part: BatchPart
    existing: set[str]
    delay: Problem | None = None

    def pending(self, lines: Sequence[BatchLine]) -> list[tuple[BatchLine, BatchRow]]:
        """Lines that are not in the queue yet, in their order."""
        return [(line, row) for line, row in zip(lines, self.part.rows, strict=True) if not self._is_queued(row)]

    def record(self, row: BatchRow, problem: Problem | None) -> None:
        """A line is in the queue, or has no usable photo."""
        if problem is None:
            self.existing.add(row.photo_id)
            return
        rows = (row.model_copy(update={"problem": problem}) if found == row else found for found in self.part.rows)
        self.part = self.part.model_copy(update={"rows": tuple(rows)})

    @property
    def queued(self) -> tuple[BatchRow, ...]:
        """All lines that are in the queue, or without a usable photo."""
        return tuple(filter(self._is_queued, self.part.rows))

    @property
    def first(self) -> int:
        """The number of lines before the first one that must wait."""
        return sum(1 for _ in takewhile(self._is_queued, self.part.rows))

    def split(self, middle: int) -> tuple[BatchPart, BatchPart]:
        """A queued part with the first lines, which end at that byte of the manifest, and a later part with the rest.

        For the last part of a batch, whose successor's number is free.
        """
        part, first = self.part, self.first
        before = {"rows": part.rows[:first], "end": middle, "queued": True}
        after = {"rows": part.rows[first:], "offset": middle, "number": part.number + 1}
        return part.model_copy(update=before), part.model_copy(update=after)

    def _is_queued(self, row: BatchRow) -> bool:
        return row.problem is not None or row.photo_id in self.existing
