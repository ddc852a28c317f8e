"""Progress bars of a culling: uploaded and scored photos."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from critic_cli.culling.upload import UploadedShot
from critic_client import Albums
from critic_core.contracts.errors import CriticError


class CullProgress:
    """Two bars on standard error, if that is a terminal."""

    def __init__(self, progress: Progress, photos: int) -> None:
        self._progress = progress
        self._uploaded: TaskID = progress.add_task("Uploading", total=photos)
        self._scored: TaskID = progress.add_task("Scoring", total=photos)

    def count(self, uploads: Iterable[UploadedShot]) -> Iterator[UploadedShot]:
        """The same uploads, counted by the bar."""
        for uploaded in uploads:
            self._progress.advance(self._uploaded)
            yield uploaded

    def resume(self, photos: int) -> None:
        """Count photos that an earlier run uploaded."""
        self._progress.advance(self._uploaded, photos)

    def follow_scoring(self, albums: Albums, album_id: str, uploads_ended: threading.Event) -> None:
        """Follow the album until all photos are uploaded and scored. Ignores errors: the main thread reports them."""
        try:
            for counts in albums.follow(album_id):
                self._progress.update(self._scored, completed=counts.done + counts.failed, total=counts.photos)
                if uploads_ended.is_set() and not counts.pending:
                    return
        except CriticError:
            return


@contextmanager
def cull_progress(photos: int) -> Iterator[CullProgress]:
    """Progress bars for that many photos."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield CullProgress(progress, photos)
