"""A ZIP of the keepers: uploaded originals with their sidecars."""

from collections.abc import Iterator

from zipstream import ZipStream

from critic_core.contracts.album import Proposal, Verdict
from critic_core.contracts.errors import PhotoNotFound
from critic_core.exports.archive_names import Names, sidecar_names
from critic_core.exports.export import Export, ExportInput
from critic_core.exports.sidecar_merge import merge_sidecar, sidecar_content

MISSING = "missing.txt"


def write(source: ExportInput) -> Iterator[bytes]:
    """Stored without compression, since photos are compressed. A text lists the missing originals."""
    archive, names, missing, written = ZipStream(), Names(), list[str](), set[str]()
    names.assign(MISSING, MISSING)
    for proposal in filter(_is_keeper, source.proposals()):
        name = names.assign(proposal.path or proposal.file_name, f"{proposal.id}.jpg")
        try:
            archive.add(source.pictures.original(proposal.id), name)
        except PhotoNotFound as error:
            missing.append(f"{name}: {error.detail}\n")
            continue
        for sidecar in sidecar_names(name, source.options.naming):
            if sidecar not in written:  # files of one stem share a sidecar: that of the better photo
                written.add(sidecar)
                archive.add(
                    merge_sidecar(None, sidecar_content(proposal, source.options)), names.assign(sidecar, sidecar)
                )
        yield from archive.all_files()
    if missing:
        archive.add("".join(missing).encode(), MISSING)
    yield from archive.all_files()
    yield from archive.finalize()


def _is_keeper(proposal: Proposal) -> bool:
    return proposal.verdict is Verdict.keep


EXPORT = Export("zip", "application/zip", "zip", write)
