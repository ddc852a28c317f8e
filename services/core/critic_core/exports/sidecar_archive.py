"""A ZIP of XMP sidecars, one or two for each photo, to be unpacked beside the originals."""

from collections.abc import Iterator
from zipfile import ZIP_DEFLATED

from zipstream import ZipStream

from critic_core.exports.archive_names import Names, sidecar_names
from critic_core.exports.export import Export, Given
from critic_core.exports.sidecar_merge import merged


def write(given: Given) -> Iterator[bytes]:
    """In the naming that was wished. A RAW file and a JPEG of one name share `IMG.xmp`: the better photo's is kept."""
    archive, photos, written = ZipStream(compress_type=ZIP_DEFLATED), Names(), set[str]()
    for proposal in given.proposals():
        name = photos.give(proposal.file_name, f"{proposal.id}.jpg")
        for sidecar in sidecar_names(name, given.wish.naming):
            if sidecar not in written:
                written.add(sidecar)
                archive.add(merged(None, proposal, given.wish.stars.of(proposal)), sidecar)
                yield from archive.all_files()
    yield from archive.finalize()


EXPORT = Export("xmp", "application/zip", "xmp.zip", write)
