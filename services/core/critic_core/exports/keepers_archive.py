"""A ZIP of the keepers: the originals as they were uploaded, each with its sidecars beside it."""

from collections.abc import Iterator

from zipstream import ZipStream

from critic_core.contracts.album import Proposal, Verdict
from critic_core.contracts.errors import PhotoNotFound
from critic_core.exports.archive_names import Names, sidecar_names
from critic_core.exports.export import Export, Given, Wish
from critic_core.exports.sidecar_merge import merged

MISSING = "missing.txt"


def write(given: Given) -> Iterator[bytes]:
    """Stored and not compressed: photos are already. What is gone is listed in a text, and fails nothing else."""
    archive, names, missing = ZipStream(), Names(), list[str]()
    names.give(MISSING, MISSING)
    kept = [proposal for proposal in given.proposals() if proposal.verdict is Verdict.keep]
    for proposal in kept:
        name = names.give(proposal.file_name, f"{proposal.id}.jpg")
        try:
            archive.add(given.pictures.original(proposal.id), name)
        except PhotoNotFound as error:
            missing.append(f"{name}: {error.detail}\n")
            continue
        _add_sidecars(archive, names, name, proposal, given.wish)
        yield from archive.all_files()
    if missing:
        archive.add("".join(missing).encode(), MISSING)
    yield from archive.all_files()
    yield from archive.finalize()


def _add_sidecars(archive: ZipStream, names: Names, name: str, proposal: Proposal, wish: Wish) -> None:
    for sidecar in sidecar_names(name, wish.naming):
        archive.add(merged(None, proposal, wish.stars.of(proposal)), names.give(sidecar, sidecar))


EXPORT = Export("zip", "application/zip", "zip", write)
