"""`photo-critic cull DIR`: a proposal which photos of a shoot to keep, as table, sidecars, exports and copies."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from critic_cli.client.albums import Parameters, selection_parameters
from critic_cli.client.client import Client
from critic_cli.client.connect import connect
from critic_cli.culling.apply_decisions import copy_keeper, write_sidecars
from critic_cli.culling.cull_folder import CulledFolder, cull_folder
from critic_cli.culling.journal import Journal, state_folder
from critic_cli.culling.local_stack import local_stack
from critic_cli.culling.raw_jpeg_pairs import Shot, pair_files
from critic_cli.culling.table import print_proposals
from critic_cli.errors import CommandError
from critic_cli.files.find import find_photos
from critic_cli.files.names import printable
from critic_cli.options import DEFAULT_URL, ApiKeyOption, UrlOption
from critic_core.contracts.album import Proposal
from critic_core.contracts.errors import CriticError
from critic_core.exports.export import Naming, StarMap

_RESUMABLE = "Run the command again to resume."


def cull(  # noqa: PLR0913, PLR0917 - one parameter an option
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The shoot.", show_default=False)],
    keep: Annotated[float, typer.Option(min=0.0001, help="Photos to keep; under 1: a share of all photos.")] = 0.2,
    per_scene: Annotated[int | None, typer.Option(min=1, help="Most photos to keep of one scene.")] = None,
    url: UrlOption = DEFAULT_URL,
    api_key: ApiKeyOption = None,
    local: Annotated[bool, typer.Option("--local", help="Start a stack, and stop it afterwards.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Upload all photos again; ignore earlier runs.")] = False,
    csv: Annotated[Path | None, typer.Option(dir_okay=False, help="CSV file to write.")] = None,
    json: Annotated[Path | None, typer.Option(dir_okay=False, help="JSON file to write.")] = None,
    html: Annotated[Path | None, typer.Option(dir_okay=False, help="HTML contact sheet to write.")] = None,
    xmp: Annotated[bool, typer.Option("--xmp", help="Write XMP sidecars beside the photos, or update them.")] = False,
    sidecars: Annotated[Naming, typer.Option(help="File names of sidecars.")] = Naming.both,
    stars: Annotated[str, typer.Option(help="Lowest scores for 2, 3, 4 and 5 stars.")] = "20,40,60,80",
    copy_keepers: Annotated[
        Path | None, typer.Option(file_okay=False, help="Folder for copies of the keepers.")
    ] = None,
) -> None:
    """Rank the photos of a folder, group similar ones, and propose which to keep. The photos stay unchanged.

    An interrupted run is resumed by the next one. Exit code 1 if a file could not be used.
    """
    options = CullOptions(keep, per_scene, _parse_stars(stars), sidecars)
    files = pair_files(find_photos([folder]))
    if not files:
        raise CommandError(f"There are no photos in {folder}.")
    with ExitStack() as stack:
        if local:
            url = stack.enter_context(local_stack(state_folder() / "local"))
        client = stack.enter_context(connect(url, api_key))
        try:
            culled = cull_folder(client, folder, files, Journal(folder, "local" if local else url), fresh)
            proposals = list(client.albums.selection(culled.album_id, keep, per_scene))
            exports = {"csv": csv, "json": json, "html": html}
            _export(client, culled.album_id, options, {name: to for name, to in exports.items() if to is not None})
        except KeyboardInterrupt:
            raise CommandError(f"Interrupted. {_RESUMABLE}") from None
        except CriticError as error:
            raise CommandError(f"{error.detail} {_RESUMABLE}") from None
    print_proposals(proposals, culled.shots, folder, options.stars, Console())
    problems = [f"{path}: {detail}" for path, detail in culled.problems]
    if xmp:
        problems += _for_all(
            culled, proposals, lambda photo, shot: write_sidecars(photo, shot, options.stars, sidecars)
        )
    if copy_keepers is not None:
        problems += _for_all(culled, proposals, lambda photo, shot: copy_keeper(photo, shot, folder, copy_keepers))
    _report(problems)


@dataclass(frozen=True)
class CullOptions:
    """Options of the selection and of the exports."""

    keep: float
    per_scene: int | None
    stars: StarMap
    naming: Naming

    @property
    def parameters(self) -> Parameters:
        """Query parameters of an export."""
        stars = ",".join(f"{score:g}" for score in self.stars.scores)
        return {**selection_parameters(self.keep, self.per_scene), "stars": stars, "sidecars": self.naming.value}


def _export(client: Client, album_id: str, options: CullOptions, files: dict[str, Path]) -> None:
    for name, to in files.items():
        try:
            client.albums.export(album_id, to, {**options.parameters, "format": name})
        except OSError as error:
            raise CommandError(f"{to} cannot be written: {error.strerror or error}.") from None


def _for_all(
    culled: CulledFolder, proposals: list[Proposal], action: Callable[[Proposal, Shot], Iterator[str]]
) -> Iterator[str]:
    """The problems of an action on all photos that are (still) in the folder."""
    for proposal in proposals:
        for shot in culled.shots.get(proposal.id, ()):
            yield from action(proposal, shot)


def _report(problems: list[str]) -> None:
    console = Console(stderr=True)
    for line in problems:
        console.print(Text.assemble(("✗ ", "red"), printable(line)), soft_wrap=True)
    if problems:
        raise typer.Exit(1)


def _parse_stars(text: str) -> StarMap:
    try:
        return StarMap.parse(text)
    except CriticError as error:
        raise CommandError(error.detail) from None
