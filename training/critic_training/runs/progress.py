"""Progress bars with the remaining time, for one process of a run."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import rich.progress
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn


class Progress:
    """One bar per task."""

    def __init__(self, shown: bool) -> None:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
        )
        self.bars = rich.progress.Progress(*columns, disable=not shown)

    def __enter__(self) -> "Progress":
        self.bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bars.stop()

    @contextmanager
    def task(self, title: str, total: int) -> Iterator[Callable[[int], object]]:
        """Yields the callback for the number of completed units."""
        number = self.bars.add_task(title, total=total)
        yield lambda completed: self.bars.update(number, completed=completed)
        self.bars.stop_task(number)
