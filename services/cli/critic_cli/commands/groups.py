"""`photo-critic groups merge|separate|undo DIR`: corrections of the near duplicates of a shoot that was culled."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from critic_cli.command import command_of
from critic_cli.connect import connect
from critic_cli.culling.journal import Journal
from critic_cli.errors import CommandError
from critic_cli.options import DEFAULT_URL, ApiKeyOption, UrlOption
from critic_core.contracts.group_correction import CorrectionKind

groups = typer.Typer(help="Correct which photos of a shoot are near duplicates.", no_args_is_help=True)


@dataclass(frozen=True)
class ShootOptions:
    """A folder that was culled, and the server."""

    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The shoot.", show_default=False)]
    url: UrlOption = DEFAULT_URL
    api_key: ApiKeyOption = None

    def open_journal(self) -> tuple[Journal, str]:
        """The journal of the folder, and the id of its album. CommandError for a folder that was not culled there."""
        journal = Journal(self.folder, self.url)
        album_id = journal.load()
        if album_id is None:
            raise CommandError(
                f"{self.folder} was not culled on {self.url}: run photo-critic cull {self.folder} first."
            )
        return journal, album_id


@dataclass(frozen=True, kw_only=True)
class PhotosOptions(ShootOptions):
    """A folder that was culled, photos in it, and the server."""

    photos: Annotated[list[Path], typer.Argument(help="Names or paths of photos in it.", show_default=False)]

    def correct(self, kind: CorrectionKind) -> None:
        """Add a correction to the album of the folder."""
        journal, album_id = self.open_journal()
        photo_ids = [_photo_id(journal, self.folder, photo) for photo in self.photos]
        with connect(self.url, self.api_key) as client:
            client.albums.correct_groups(album_id, kind, photo_ids)


@groups.command()
@command_of(PhotosOptions)
def merge(options: PhotosOptions) -> None:
    """Make one group of photos and of all their near duplicates: one of them is proposed."""
    options.correct(CorrectionKind.merge)


@groups.command()
@command_of(PhotosOptions)
def separate(options: PhotosOptions) -> None:
    """Take photos out of their groups: together they are a picture of their own."""
    options.correct(CorrectionKind.separate)


@groups.command()
@command_of(ShootOptions)
def undo(options: ShootOptions) -> None:
    """Withdraw the latest correction of this shoot."""
    _, album_id = options.open_journal()
    with connect(options.url, options.api_key) as client:
        corrections = client.albums.group_corrections(album_id)
        if not corrections:
            raise CommandError("The shoot has no correction.")
        client.albums.withdraw_group_correction(album_id, corrections[-1].id)


def _photo_id(journal: Journal, folder: Path, photo: Path) -> str:
    """The id of the photo that was uploaded for a file, which may be its RAW."""
    found = journal.find(folder / photo) or journal.find(photo)
    if found is None:
        raise CommandError(f"{photo} is no photo of {folder} that was culled.")
    return found
