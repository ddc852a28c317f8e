"""`photo-critic cull DIR`: a proposal which photos of a shoot to keep, as table, sidecars, exports and copies."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from critic_cli.client import open_client
from critic_cli.command import command_of
from critic_cli.culling.cull_folder import cull_folder
from critic_cli.culling.embed import check_exiftool
from critic_cli.culling.find_shoot import find_shoot
from critic_cli.culling.journal import Journal
from critic_cli.culling.outputs import Outputs, write_outputs
from critic_cli.culling.proposals import Selection, export_files, export_options, propose
from critic_cli.culling.read_back import read_back
from critic_cli.culling.report import CullingReport, print_problems
from critic_cli.culling.sidecars import Sidecars
from critic_cli.culling.taste import use_taste
from critic_cli.errors import CommandError
from critic_cli.options import DEFAULT_URL, ApiKeyOption, CsvOption, HtmlOption, JsonOption, LocalOption, UrlOption
from critic_cli.output import check_outputs
from critic_core.contracts.errors import CriticError
from critic_core.exports.export import Naming

_RESUMABLE = "Run the command again to resume."


@dataclass(frozen=True)
class CullOptions:
    """The command's argument and options."""

    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The shoot.", show_default=False)]
    keep: Annotated[
        float | None,
        typer.Option(
            min=0.0001, help="Pictures to keep; under 1: a share of all. Default: the album's number, or 0.2."
        ),
    ] = None
    per_scene: Annotated[int | None, typer.Option(min=1, help="Most photos to keep of one scene.")] = None
    url: UrlOption = DEFAULT_URL
    api_key: ApiKeyOption = None
    local: LocalOption = False
    fresh: Annotated[bool, typer.Option("--fresh", help="Upload all photos again; ignore earlier runs.")] = False
    exclude: Annotated[list[str] | None, typer.Option(help="Names or paths to pass over, such as 'raw/*'.")] = None
    all_: Annotated[bool, typer.Option("--all", help="List all photos, not the keepers alone.")] = False
    csv: CsvOption = None
    json: JsonOption = None
    html: HtmlOption = None
    xmp: Annotated[bool, typer.Option("--xmp", help="Write XMP sidecars beside the photos, or update them.")] = False
    embed: Annotated[
        bool, typer.Option("--embed", help="Write into JPEGs by ExifTool, and sidecars beside other photos.")
    ] = False
    sidecars: Annotated[Naming, typer.Option(help="File names of sidecars.")] = Naming.both
    stars: Annotated[
        str, typer.Option(help="Stars for keepers by rank: percentages for 2, 3, 4, 5, such as 20,40,60,80.")
    ] = ""
    labels: Annotated[str, typer.Option(help="Colour labels, such as keep=Green,maybe=Yellow,reject=Red.")] = ""
    read_back: Annotated[
        bool, typer.Option("--read-back", help="Take decisions from sidecars and photos into the album first.")
    ] = False
    copy_keepers: Annotated[Path | None, typer.Option(file_okay=False, help="Folder for copies of the keepers.")] = None
    taste: Annotated[
        bool | None,
        typer.Option(help="Learn from your decisions, here and in other albums, once that is proven to help."),
    ] = None

    def open_journal(self) -> Journal:
        """The journal of this folder on this server."""
        return Journal(self.folder, "local" if self.local else self.url)

    @property
    def files(self) -> dict[str, Path]:
        """The files to write, by the format of the export."""
        files = {"csv": self.csv, "json": self.json, "html": self.html}
        return {name: path for name, path in files.items() if path is not None}

    @property
    def selection(self) -> Selection:
        """The selection, and how exports show it. CommandError for an invalid option."""
        exports = export_options(self.stars, self.labels, self.sidecars)
        return Selection(self.keep, self.per_scene, exports, taste=self.taste is not False)


@command_of(CullOptions)
def cull(options: CullOptions) -> None:
    """Rank the photos of a folder, group similar ones, and propose which to keep.

    Without --xmp, --embed and --copy-keepers no file changes. An interrupted run is resumed by the next one.
    Exit code 1 if a file could not be used.
    """
    piped, selection = check_outputs(*options.files.values()), options.selection
    outputs, journal = _outputs(options, selection), options.open_journal()
    report = _cull(options, selection, outputs.sidecars, journal)
    report.print(Console(stderr=piped), [] if piped else report.proposals if options.all_ else report.keepers)
    written = write_outputs(report.culled, report.proposals, options.folder, journal, outputs)
    if print_problems([*report.culled.problems, *written]):
        raise typer.Exit(1)


def _cull(options: CullOptions, selection: Selection, sidecars: Sidecars, journal: Journal) -> CullingReport:
    shoot = find_shoot(options.folder, options.exclude or [], options.copy_keepers)
    with _resumable(), open_client(options.url, options.api_key, options.local) as client:
        culled = cull_folder(client, shoot, journal, options.fresh)
        decisions = read_back(client.albums, culled, sidecars, journal.decisions.load()) if options.read_back else ""
        taste = use_taste(client.taste) if options.taste else ""
        proposals = propose(client.albums, culled.album_id, selection)
        export_files(client.albums, culled.album_id, selection, options.files)
    return CullingReport(options.folder, culled, selection, proposals, [shoot.passed_over, decisions, taste])


def _outputs(options: CullOptions, selection: Selection) -> Outputs:
    if options.embed:
        check_exiftool()
    return Outputs(Sidecars(selection.exports), options.xmp, options.embed, options.copy_keepers)


@contextmanager
def _resumable() -> Iterator[None]:
    """Every error says how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        raise CommandError(f"Interrupted. {_RESUMABLE}") from None
    except CriticError as error:
        raise CommandError(f"{error.detail} {_RESUMABLE}") from None
