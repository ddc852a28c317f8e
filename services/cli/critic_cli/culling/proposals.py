"""The proposals for an album, and their exports."""

from dataclasses import dataclass
from pathlib import Path

from critic_cli.errors import CommandError
from critic_cli.output import write_chunks
from critic_client import Albums, Parameters, selection_parameters
from critic_core.contracts.album import Proposal
from critic_core.contracts.errors import CriticError
from critic_core.exports.export import ExportOptions, LabelMap, Naming, StarMap


@dataclass(frozen=True)
class Selection:
    """Options of the selection and of the exports."""

    keep: float | None
    per_scene: int | None
    exports: ExportOptions
    taste: bool = True

    @property
    def parameters(self) -> Parameters:
        """Query parameters of an export."""
        exports = self.exports
        texts = {"stars": str(exports.stars or ""), "labels": str(exports.labels), "sidecars": exports.naming.value}
        return {**selection_parameters(self.keep, self.per_scene, taste=self.taste), **texts}


def export_options(stars: str, labels: str, naming: Naming) -> ExportOptions:
    """The options from their texts. CommandError with the form of an invalid one."""
    try:
        return ExportOptions(StarMap.parse(stars), naming, LabelMap.parse(labels))
    except CriticError as error:
        raise CommandError(error.detail) from None


def propose(albums: Albums, album_id: str, selection: Selection) -> list[Proposal]:
    """The proposals; the number to keep is the album's from now on."""
    if selection.keep is not None:
        albums.set_keep(album_id, selection.keep)
    return list(albums.selection(album_id, selection.keep, selection.per_scene, taste=selection.taste))


def export_files(albums: Albums, album_id: str, selection: Selection, files: dict[str, Path]) -> None:
    """Write exports, by their formats, to files or to standard output."""
    for name, path in files.items():
        write_chunks(path, albums.export_chunks(album_id, {**selection.parameters, "format": name}))
