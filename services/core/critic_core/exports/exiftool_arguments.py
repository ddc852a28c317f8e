"""An argument file for ExifTool, which writes ratings and keywords into JPEG files: Lightroom reads JPEGs from inside.

    cd SHOOT && exiftool -@ album.args

Stars of a proposal go into files without a rating alone. RAW files have sidecars. Source: exiftool(1), -@, -wm.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath

from critic_core.contracts.album import Proposal, Verdict
from critic_core.exports.archive_names import safe_path
from critic_core.exports.export import Export, ExportInput
from critic_core.exports.sidecar_merge import KEYWORD, SidecarContent, sidecar_content

_JPEG_SUFFIXES = (".jpg", ".jpeg", ".jpe")
_OPTIONS = "-overwrite_original\n-P\n-charset\nfilename=utf8\n"
_ONLY_NEW = "-wm\ncg\n"


def write(source: ExportInput) -> Iterator[bytes]:
    """Arguments, photo by photo; none for a path of several photos, of which the file may be any."""
    counts = Counter(map(_path, source.proposals()))
    for proposal in source.proposals():
        path = _path(proposal)
        if PurePosixPath(path).suffix.lower() in _JPEG_SUFFIXES:
            commands = _commands(f"./{path}", sidecar_content(proposal, source.options))
            yield "".join(commands if counts[path] == 1 else [f"# {counts[path]} photos are called {path}\n"]).encode()


def _path(proposal: Proposal) -> str:
    return safe_path(proposal.path or proposal.file_name or "")


def _commands(path: str, content: SidecarContent) -> Iterator[str]:
    said = content.stated.xmp_rating
    yield _command(path, "", [*_rating(said), *_keywords(content.proposal)])
    proposed = [*(_rating(content.rating) if said is None else ()), *_label(content.label)]
    if proposed:
        yield _command(path, _ONLY_NEW, proposed)


def _command(path: str, mode: str, arguments: list[str]) -> str:
    lines = "".join(f"{argument}\n" for argument in arguments)
    return f"{_OPTIONS}{mode}{lines}{path}\n-execute\n"


def _rating(rating: int | None) -> Iterator[str]:
    if rating is not None:
        yield f"-XMP-xmp:Rating={rating}"


def _label(label: str | None) -> Iterator[str]:
    if label is not None:
        yield f"-XMP-xmp:Label={label}"


def _keywords(proposal: Proposal) -> Iterator[str]:
    """The verdict, in place of an earlier one."""
    for tag, separator in (("XMP-dc:Subject", " "), ("XMP-lr:HierarchicalSubject", "|")):
        yield from (f"-{tag}-={KEYWORD}{separator}{verdict.value}" for verdict in Verdict)
        yield f"-{tag}+={KEYWORD}{separator}{proposal.verdict.value}"


EXPORT = Export("exiftool", "text/plain; charset=utf-8", "args", write)
