"""`photo-critic cull DIR`: a proposal which photos of a shoot to keep, as table, sidecars, exports and copies."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from critic_cli.connect import connect
from critic_cli.culling.copies import copy_sentences
from critic_cli.culling.cull_folder import CulledFolder, cull_folder
from critic_cli.culling.embed import check_exiftool
from critic_cli.culling.journal import Journal, state_folder
from critic_cli.culling.local_stack import local_stack
from critic_cli.culling.outputs import Outputs, write_outputs
from critic_cli.culling.read_back import read_back as read_decisions
from critic_cli.culling.same_stem import group_files
from critic_cli.culling.sidecars import Sidecars
from critic_cli.culling.table import keepers_of, print_proposals
from critic_cli.errors import CommandError
from critic_cli.files.find import FoundPhotos, find_photos
from critic_cli.files.names import printable
from critic_cli.options import (
    DEFAULT_URL,
    ApiKeyOption,
    CsvOption,
    HtmlOption,
    JsonOption,
    LocalOption,
    UrlOption,
)
from critic_cli.output import check_outputs, write_chunks
from critic_client import Client, Parameters, selection_parameters
from critic_core.contracts.album import Proposal
from critic_core.contracts.errors import CriticError
from critic_core.exports.export import ExportOptions, LabelMap, Naming, StarMap

_RESUMABLE = "Run the command again to resume."


def cull(  # noqa: PLR0913, PLR0917 - one parameter an option
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The shoot.", show_default=False)],
    keep: Annotated[
        float | None,
        typer.Option(
            min=0.0001, help="Pictures to keep; under 1: a share of all. Default: the album's number, or 0.2."
        ),
    ] = None,
    per_scene: Annotated[int | None, typer.Option(min=1, help="Most photos to keep of one scene.")] = None,
    url: UrlOption = DEFAULT_URL,
    api_key: ApiKeyOption = None,
    local: LocalOption = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Upload all photos again; ignore earlier runs.")] = False,
    exclude: Annotated[list[str] | None, typer.Option(help="Names or paths to pass over, such as 'raw/*'.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="List all photos, not the keepers alone.")] = False,
    csv: CsvOption = None,
    json: JsonOption = None,
    html: HtmlOption = None,
    xmp: Annotated[bool, typer.Option("--xmp", help="Write XMP sidecars beside the photos, or update them.")] = False,
    embed: Annotated[
        bool, typer.Option("--embed", help="Write into JPEGs by ExifTool, and sidecars beside other photos.")
    ] = False,
    sidecars: Annotated[Naming, typer.Option(help="File names of sidecars.")] = Naming.both,
    stars: Annotated[
        str, typer.Option(help="Stars for keepers by rank: percentages for 2, 3, 4, 5, such as 20,40,60,80.")
    ] = "",
    labels: Annotated[str, typer.Option(help="Colour labels, such as keep=Green,maybe=Yellow,reject=Red.")] = "",
    read_back: Annotated[
        bool, typer.Option("--read-back", help="Take decisions from sidecars and photos into the album first.")
    ] = False,
    copy_keepers: Annotated[
        Path | None, typer.Option(file_okay=False, help="Folder for copies of the keepers.")
    ] = None,
) -> None:
    """Rank the photos of a folder, group similar ones, and propose which to keep.

    Without --xmp, --embed and --copy-keepers no file changes. An interrupted run is resumed by the next one.
    Exit code 1 if a file could not be used.
    """
    files = {"csv": csv, "json": json, "html": html}
    piped = check_outputs(*files.values())
    options = CullOptions(keep, per_scene, _export_options(stars, labels, sidecars))
    outputs = Outputs(Sidecars(options.exports), xmp, embed, copy_keepers)
    if embed:
        check_exiftool()
    found = _find(folder, exclude or [], copy_keepers)
    shots, journal = group_files(found.files), Journal(folder, "local" if local else url)
    with ExitStack() as stack, _resumable():
        if local:
            url = stack.enter_context(local_stack(state_folder() / "local"))
        client = stack.enter_context(connect(url, api_key))
        culled = cull_folder(client, folder, shots, journal, fresh)
        decisions = read_decisions(client.albums, culled, outputs.sidecars) if read_back else 0
        proposals = _proposals(client, culled.album_id, options)
        _export(client, culled.album_id, options, {name: to for name, to in files.items() if to is not None})
    listed = [] if piped else proposals if all_ else keepers_of(proposals)
    console = Console(stderr=piped)
    print_proposals(proposals, listed, culled.shots, folder, options.exports, console)
    _print_notes(console, culled, folder, [found.skipped_sentence(), _decision_sentence(decisions)])
    _report(culled, write_outputs(culled, proposals, folder, journal, outputs))


@contextmanager
def _resumable() -> Iterator[None]:
    """Every error says how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        raise CommandError(f"Interrupted. {_RESUMABLE}") from None
    except CriticError as error:
        raise CommandError(f"{error.detail} {_RESUMABLE}") from None


@dataclass(frozen=True)
class CullOptions:
    """Options of the selection and of the exports."""

    keep: float | None
    per_scene: int | None
    exports: ExportOptions

    @property
    def parameters(self) -> Parameters:
        """Query parameters of an export."""
        exports = self.exports
        texts = {"stars": str(exports.stars or ""), "labels": str(exports.labels), "sidecars": exports.naming.value}
        return {**selection_parameters(self.keep, self.per_scene), **texts}


def _proposals(client: Client, album_id: str, options: CullOptions) -> list[Proposal]:
    """The proposals; the number to keep is the album's from now on."""
    if options.keep is not None:
        client.albums.set_keep(album_id, options.keep)
    return list(client.albums.selection(album_id, options.keep, options.per_scene))


def _find(folder: Path, exclude: list[str], copy_keepers: Path | None) -> FoundPhotos:
    if copy_keepers is not None and copy_keepers.resolve() == folder.resolve():
        raise CommandError("The folder for copies of the keepers is the shoot itself; choose another one.")
    found = find_photos([folder], exclude, [copy_keepers] if copy_keepers else [])
    if not found.files:
        raise CommandError(" ".join(filter(None, [f"There are no photos in {folder}.", found.skipped_sentence()])))
    return found


def _print_notes(console: Console, culled: CulledFolder, folder: Path, notes: list[str]) -> None:
    removed = f"{culled.removed:,} photos left the album: their files were deleted, moved or edited."
    for sentence in [*copy_sentences(culled.shots, folder), *notes, removed if culled.removed else ""]:
        if sentence:
            console.print(Text(printable(sentence), style="dim"), soft_wrap=True)


def _decision_sentence(decisions: int) -> str:
    return f"{decisions:,} decisions from other programs." if decisions else ""


def _export(client: Client, album_id: str, options: CullOptions, files: dict[str, Path]) -> None:
    for name, to in files.items():
        write_chunks(to, client.albums.export_chunks(album_id, {**options.parameters, "format": name}))


def _report(culled: CulledFolder, problems: Iterable[str]) -> None:
    console = Console(stderr=True)
    lines = [*(f"{path}: {detail}" for path, detail in culled.problems), *problems]
    for line in lines:
        console.print(Text.assemble(("✗ ", "red"), printable(line)), soft_wrap=True)
    if lines:
        raise typer.Exit(1)


def _export_options(stars: str, labels: str, naming: Naming) -> ExportOptions:
    try:
        return ExportOptions(StarMap.parse(stars), naming, LabelMap.parse(labels))
    except CriticError as error:
        raise CommandError(error.detail) from None
