"""How far it is: what was sent, and what was scored, each with the time that is left."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from critic_cli.albums import Albums
from critic_cli.culling.sending import Arrival
from critic_core.contracts.errors import CriticError


class Watch:
    """Two bars, on standard error, where that is a terminal."""

    def __init__(self, progress: Progress, photos: int) -> None:
        self._progress = progress
        self._sent: TaskID = progress.add_task("Sending", total=photos)
        self._scored: TaskID = progress.add_task("Scoring", total=photos)

    def sending(self, arrivals: Iterable[Arrival]) -> Iterator[Arrival]:
        """The same, counted."""
        for arrival in arrivals:
            self._progress.advance(self._sent)
            yield arrival

    def sent_before(self, photos: int) -> None:
        """What an earlier run sent."""
        self._progress.advance(self._sent, photos)

    def scoring(self, albums: Albums, album_id: str, ended: threading.Event) -> None:
        """Follow the album until `ended` and nothing waits. Trouble is not told here: it is only the bar."""
        try:
            for counts in albums.follow(album_id):
                self._progress.update(self._scored, completed=counts.done + counts.failed, total=counts.photos)
                if ended.is_set() and not counts.waiting:
                    return
        except CriticError:
            return


@contextmanager
def watching(photos: int) -> Iterator[Watch]:
    """Bars for so many photos."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield Watch(progress, photos)
