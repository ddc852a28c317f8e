"""The photos of a shoot."""

from dataclasses import dataclass
from pathlib import Path

from critic_cli.culling.same_stem import Shot, group_files
from critic_cli.errors import CommandError
from critic_cli.files.find import find_photos


@dataclass(frozen=True)
class Shoot:
    """A folder, its shots in order, its folders that cannot be read, and what was passed over, in words."""

    folder: Path
    shots: list[Shot]
    unreadable: list[Path]
    passed_over: str


def find_shoot(folder: Path, exclude: list[str], copy_keepers: Path | None) -> Shoot:
    """The photos of a folder, without copied keepers. CommandError when there are none."""
    if copy_keepers is not None and copy_keepers.resolve() == folder.resolve():
        raise CommandError("The folder for copies of the keepers is the shoot itself; choose another one.")
    found = find_photos([folder], exclude, [copy_keepers] if copy_keepers else [])
    passed_over = found.skipped_sentence()
    if not found.files:
        raise CommandError(" ".join(filter(None, [f"There are no photos in {folder}.", passed_over])))
    return Shoot(folder, group_files(found.files), found.unreadable, passed_over)
