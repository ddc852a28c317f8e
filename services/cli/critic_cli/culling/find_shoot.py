"""The photos of a shoot."""

from pathlib import Path

from critic_cli.errors import CommandError
from critic_cli.files.find import FoundPhotos, find_photos


def find_shoot(folder: Path, exclude: list[str], copy_keepers: Path | None) -> FoundPhotos:
    """The photos of a folder, without copied keepers. CommandError when there are none."""
    if copy_keepers is not None and copy_keepers.resolve() == folder.resolve():
        raise CommandError("The folder for copies of the keepers is the shoot itself; choose another one.")
    found = find_photos([folder], exclude, [copy_keepers] if copy_keepers else [])
    if not found.files:
        raise CommandError(" ".join(filter(None, [f"There are no photos in {folder}.", found.skipped_sentence()])))
    return found
