"""`photo-critic cull DIR`: which photos of a shoot to keep, and why, told to the tools that photographers use."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from critic_cli.albums import Parameters, question
from critic_cli.client import Client
from critic_cli.culling.journal import Journal, state_folder
from critic_cli.culling.local import local_stack
from critic_cli.culling.run import Culled, cull_folder
from critic_cli.culling.shots import Shot, shots
from critic_cli.culling.show import show
from critic_cli.culling.taking_back import copy_keeper, write_sidecars
from critic_cli.options import DEFAULT_URL, ApiKeyOption, UrlOption
from critic_cli.reaching import reach
from critic_cli.refusal import Refusal
from critic_cli.scoring.photo_files import find_photos
from critic_cli.scoring.show import printable
from critic_core.contracts.album import Proposal
from critic_core.contracts.errors import CriticError
from critic_core.exports.export import Naming, StarMap


def cull(  # noqa: PLR0913, PLR0917 - one parameter an option
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The shoot.", show_default=False)],
    keep: Annotated[float, typer.Option(min=0.0001, help="Pictures to keep; under 1: the share of all.")] = 0.2,
    per_scene: Annotated[int | None, typer.Option(min=1, help="Most pictures of one scene.")] = None,
    url: UrlOption = DEFAULT_URL,
    api_key: ApiKeyOption = None,
    local: Annotated[bool, typer.Option("--local", help="Start a stack for this, and stop it afterwards.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Send everything anew, not what the last run left.")] = False,
    csv: Annotated[Path | None, typer.Option(dir_okay=False, help="Write a table there.")] = None,
    json: Annotated[Path | None, typer.Option(dir_okay=False, help="Write everything there, as JSON.")] = None,
    html: Annotated[Path | None, typer.Option(dir_okay=False, help="Write a contact sheet there.")] = None,
    xmp: Annotated[bool, typer.Option("--xmp", help="Write sidecars beside the photos, or into those there.")] = False,
    sidecars: Annotated[Naming, typer.Option(help="What sidecars are called.")] = Naming.both,
    stars: Annotated[str, typer.Option(help="The scores that make 2, 3, 4 and 5 stars.")] = "20,40,60,80",
    copy_keepers: Annotated[Path | None, typer.Option(file_okay=False, help="Copy the keepers there.")] = None,
) -> None:
    """Rank the photos of a folder, group what belongs together, and propose what to keep. DIR is left as it is.

    Interrupted, the next run goes on where this one was. Ends with 1 when some file could not be used.
    """
    wanted = Wanted(keep, per_scene, _stars(stars), sidecars)
    files = shots(find_photos([folder]))
    if not files:
        raise Refusal(f"There are no photos in {folder}.")
    with ExitStack() as open_:
        if local:
            url = open_.enter_context(local_stack(state_folder() / "local"))
        client = open_.enter_context(reach(url, api_key))
        try:
            culled = cull_folder(client, folder, files, Journal(folder, "local" if local else url), fresh)
            proposals = list(client.albums.selection(culled.album_id, keep, per_scene))
            exports = {"csv": csv, "json": json, "html": html}
            _export(client, culled.album_id, wanted, {name: to for name, to in exports.items() if to is not None})
        except KeyboardInterrupt:
            raise Refusal("Interrupted. The next run goes on where this one was.") from None
        except CriticError as error:
            raise Refusal(f"{error.detail} The next run goes on where this one was.") from None
    show(proposals, culled.shots, folder, wanted.stars, Console())
    told = [f"{path}: {detail}" for path, detail in culled.problems]
    if xmp:
        told += _each(culled, proposals, lambda one, shot: write_sidecars(one, shot, wanted.stars, sidecars))
    if copy_keepers is not None:
        told += _each(culled, proposals, lambda one, shot: copy_keeper(one, shot, folder, copy_keepers))
    _tell(told)


@dataclass(frozen=True)
class Wanted:
    """What is to be kept, and how it is written down."""

    keep: float
    per_scene: int | None
    stars: StarMap
    naming: Naming

    @property
    def parameters(self) -> Parameters:
        """For the server."""
        stars = ",".join(f"{score:g}" for score in self.stars.scores)
        return {**question(self.keep, self.per_scene), "stars": stars, "sidecars": self.naming.value}


def _export(client: Client, album_id: str, wanted: Wanted, files: dict[str, Path]) -> None:
    for name, to in files.items():
        try:
            client.albums.export(album_id, to, {**wanted.parameters, "format": name})
        except OSError as error:
            raise Refusal(f"{to} cannot be written: {error.strerror or error}.") from None


def _each(culled: Culled, proposals: list[Proposal], do: Callable[[Proposal, Shot], Iterator[str]]) -> Iterator[str]:
    """What went wrong with doing this for every photo that is (still) in the folder."""
    for proposal in proposals:
        for shot in culled.shots.get(proposal.id, ()):
            yield from do(proposal, shot)


def _tell(troubles: list[str]) -> None:
    console = Console(stderr=True)
    for line in troubles:
        console.print(Text.assemble(("✗ ", "red"), printable(line)), soft_wrap=True)
    if troubles:
        raise typer.Exit(1)


def _stars(text: str) -> StarMap:
    try:
        return StarMap.parse(text)
    except CriticError as error:
        raise Refusal(error.detail) from None
