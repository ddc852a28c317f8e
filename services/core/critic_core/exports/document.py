"""JSON: all proposals and decisions in one document. Schema: docs/album-export.schema.json."""

from collections.abc import Iterator
from typing import Any

from pydantic import Field

from critic_core.contracts.album import Album, Proposal
from critic_core.contracts.base import Contract
from critic_core.exports.export import Export, ExportInput


class ExportedPhoto(Contract):
    """A photo and its stars."""

    stars: int | None = Field(default=None, ge=-1, le=5, description="−1: rejected by a person; none: not rated")
    proposal: Proposal


class AlbumDocument(Contract):
    """The exported album."""

    format: str = Field(default="photo-critic-album/1", description="Changes with every incompatible change")
    album: Album
    star_map: tuple[float, ...] | None = Field(
        default=None, description="Percentages of the keepers above which a keeper gets 2, 3, 4 and 5 stars"
    )
    photos: tuple[ExportedPhoto, ...] = Field(description="Best first")


def write(source: ExportInput) -> Iterator[bytes]:
    """The document, streamed photo by photo."""
    stars = source.options.stars
    head = AlbumDocument(album=source.album, star_map=stars.percents if stars else None, photos=())
    private: Any = {"photos": True, "album": {"owner"}}
    yield head.model_dump_json(exclude=private, exclude_none=True)[:-1].encode() + b',"photos":['
    for number, proposal in enumerate(source.proposals()):
        photo = ExportedPhoto(stars=source.options.rating(proposal), proposal=proposal)
        yield (b",\n" if number else b"\n") + photo.model_dump_json(exclude_none=True).encode()
    yield b"\n]}\n"


EXPORT = Export("json", "application/json", "json", write)
