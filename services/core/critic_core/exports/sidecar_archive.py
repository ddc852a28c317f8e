"""A ZIP of XMP sidecars, one or two per photo, to unpack beside the originals."""

from collections.abc import Iterator
from zipfile import ZIP_DEFLATED

from zipstream import ZipStream

from critic_core.exports.archive_names import Names, sidecar_names
from critic_core.exports.export import Export, ExportInput
from critic_core.exports.sidecar_merge import merge_sidecar


def write(source: ExportInput) -> Iterator[bytes]:
    """Sidecars in the requested naming. A RAW file and a JPEG of one stem share `IMG.xmp`: the better photo wins."""
    archive, photos, written = ZipStream(compress_type=ZIP_DEFLATED), Names(), set[str]()
    for proposal in source.proposals():
        name = photos.assign(proposal.file_name, f"{proposal.id}.jpg")
        for sidecar in sidecar_names(name, source.options.naming):
            if sidecar not in written:
                written.add(sidecar)
                archive.add(merge_sidecar(None, proposal, source.options.stars.of(proposal)), sidecar)
                yield from archive.all_files()
    yield from archive.finalize()


EXPORT = Export("xmp", "application/zip", "xmp.zip", write)
