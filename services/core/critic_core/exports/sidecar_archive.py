"""A ZIP of XMP sidecars, one or two per photo, to unpack beside the originals."""

from collections.abc import Iterator
from zipfile import ZIP_DEFLATED

from zipstream import ZipStream

from critic_core.contracts.album import Proposal, Verdict
from critic_core.exports.archive_names import Names, sidecar_names
from critic_core.exports.export import Export, ExportInput
from critic_core.exports.sidecar_merge import merge_sidecar, sidecar_content


def write(source: ExportInput) -> Iterator[bytes]:
    """Sidecars in the requested naming. Files of one stem share `IMG.xmp`: that of the better photo."""
    archive, photos, written = ZipStream(compress_type=ZIP_DEFLATED), Names(), set[str]()
    for proposal in _better_first(source):
        name = photos.assign(proposal.path or proposal.file_name, f"{proposal.id}.jpg")
        content = merge_sidecar(None, sidecar_content(proposal, source.options))
        for sidecar in sidecar_names(name, source.options.naming):
            if sidecar not in written:
                written.add(sidecar)
                archive.add(content, sidecar)
                yield from archive.all_files()
    yield from archive.finalize()


def _better_first(source: ExportInput) -> Iterator[Proposal]:
    """Keepers before maybes before rejects, of each the best first."""
    for verdict in Verdict:
        yield from (proposal for proposal in source.proposals() if proposal.verdict is verdict)


EXPORT = Export("xmp", "application/zip", "xmp.zip", write)
