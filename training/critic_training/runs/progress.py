"""Progress of a run with the time that is left, shown by one process only."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import rich.progress
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn


class Progress:
    """A bar for each run of the loop."""

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
    def task(self, title: str, iterations: int) -> Iterator[Callable[[int], object]]:
        """Gives the function that is told the number of each iteration that is done."""
        number = self.bars.add_task(title, total=iterations)
        yield lambda iteration: self.bars.update(number, completed=iteration)
        self.bars.stop_task(number)
