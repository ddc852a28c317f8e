"""Photos that arrive in a folder."""

from collections.abc import Iterator
from pathlib import Path

from watchfiles import Change, watch

from critic_cli.files.find import is_photo
from critic_core.metadata.foreign_folders import is_foreign


def arriving_photos(folder: Path) -> Iterator[list[Path]]:
    """New and changed photos, until Ctrl-C. A file that is copied slowly arrives again with its last bytes."""
    root = folder.resolve()

    def is_arrival(change: Change, path: str) -> bool:
        return change is not Change.deleted and _in_shoot(Path(path).relative_to(root))

    for changes in watch(root, watch_filter=is_arrival, raise_interrupt=False):
        paths = sorted({Path(path) for _, path in changes})
        yield [path for path in paths if path.is_file()]


def _in_shoot(path: Path) -> bool:
    """A photo by its suffix, in no folder of another program."""
    return is_photo(path.name) and not any(is_foreign(folder.name) for folder in path.parents if folder.name)
