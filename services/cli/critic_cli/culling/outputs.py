"""What a culling leaves on the disk: sidecars, ratings inside JPEGs, copies of the keepers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from critic_cli.culling.cull_folder import CulledFolder
from critic_cli.culling.embed import JPEG_SUFFIXES, embed
from critic_cli.culling.files_on_disk import copy_files, mark_keepers
from critic_cli.culling.journal import Journal
from critic_cli.culling.same_stem import Companions, Shot
from critic_cli.culling.sidecars import Sidecars
from critic_core.contracts.album import Proposal, Verdict
from critic_core.exports.sidecar_merge import SidecarContent


@dataclass(frozen=True)
class Outputs:
    """The outputs of a culling on the disk."""

    sidecars: Sidecars
    xmp: bool
    embed: bool
    copy_keepers: Path | None


def write_outputs(
    culled: CulledFolder, proposals: Sequence[Proposal], folder: Path, journal: Journal, outputs: Outputs
) -> Iterator[str]:
    """Write all of them. Yields problems."""
    if outputs.xmp or outputs.embed:
        yield from write_sidecars(culled, proposals, outputs.sidecars, with_jpegs=outputs.xmp)
    if outputs.embed:
        yield from write_embedded(culled, proposals, outputs.sidecars, journal)
    if outputs.copy_keepers is not None:
        yield from copy_keepers_to(culled, proposals, folder, outputs.copy_keepers)


def write_sidecars(
    culled: CulledFolder, proposals: Sequence[Proposal], sidecars: Sidecars, with_jpegs: bool
) -> Iterator[str]:
    """Sidecars of all photos, or of all but JPEGs. Yields problems."""
    for proposal, shot, is_copy in _better_first(culled, proposals):
        files = tuple(file for file in shot.files if with_jpegs or not _is_jpeg(file))
        yield from sidecars.write(proposal, shot, is_copy, files)


def write_embedded(
    culled: CulledFolder, proposals: Sequence[Proposal], sidecars: Sidecars, journal: Journal
) -> Iterator[str]:
    """Ratings and keywords inside JPEGs, which stay known as uploaded. Yields problems."""
    contents, uploads = dict[Path, SidecarContent](), dict[Path, tuple[Shot, str]]()
    for proposal, shot, is_copy in _better_first(culled, proposals):
        content = sidecars.content(proposal, shot, is_copy)
        contents |= {file: content for file in shot.files if _is_jpeg(file)}
        if journal.photo_id(shot) is not None:
            uploads[shot.upload] = shot, proposal.id
    for embedded in embed(contents):
        if embedded.problem:
            yield embedded.problem
        elif embedded.photo in uploads:
            journal.append(*uploads[embedded.photo])


def copy_keepers_to(culled: CulledFolder, proposals: Sequence[Proposal], folder: Path, to: Path) -> Iterator[str]:
    """Copy the keepers with all files that belong to them. Yields problems."""
    companions = Companions(shot for shots in culled.shots.values() for shot in shots)
    try:
        mark_keepers(to)
    except OSError as error:
        yield f"{to}: The folder cannot be written: {error.strerror or error}."
        return
    for proposal, shot, is_copy in _better_first(culled, proposals):
        if proposal.verdict is Verdict.keep and not is_copy:
            yield from copy_files([*shot.files, *companions.of(shot)], folder, to)


def _better_first(culled: CulledFolder, proposals: Sequence[Proposal]) -> Iterator[tuple[Proposal, Shot, bool]]:
    """Every photo that is in the folder, keepers before maybes before rejects; then its copies (True)."""
    for verdict in Verdict:
        for proposal in (proposal for proposal in proposals if proposal.verdict is verdict):
            for number, shot in enumerate(culled.shots.get(proposal.id, ())):
                yield proposal, shot, number > 0


def _is_jpeg(file: Path) -> bool:
    return file.suffix.lower() in JPEG_SUFFIXES
