"""JSON: everything that is proposed and decided, in one document. Its schema is docs/album-export.schema.json."""

from collections.abc import Iterator

from pydantic import Field

from critic_core.contracts.album import Album, Proposal
from critic_core.contracts.base import Contract
from critic_core.exports.export import Export, Given


class ExportedPhoto(Contract):
    """A photo, and the stars that it gets."""

    stars: int = Field(ge=-1, le=5, description="−1: rejected")
    proposal: Proposal


class AlbumDocument(Contract):
    """An album as it is taken away."""

    format: str = Field(default="photo-critic-album/1", description="Grows with what is not compatible")
    album: Album
    star_map: tuple[float, ...] = Field(description="The scores at which a photo gets 2, 3, 4 and 5 stars")
    photos: tuple[ExportedPhoto, ...] = Field(description="Best first")


def write(given: Given) -> Iterator[bytes]:
    """The document, photo by photo: it is never held whole."""
    head = AlbumDocument(album=given.album, star_map=given.wish.stars.scores, photos=())
    yield head.model_dump_json(exclude={"photos"}, exclude_none=True)[:-1].encode() + b',"photos":['
    for number, proposal in enumerate(given.proposals()):
        photo = ExportedPhoto(stars=given.wish.stars.of(proposal), proposal=proposal)
        yield (b",\n" if number else b"\n") + photo.model_dump_json(exclude_none=True).encode()
    yield b"\n]}\n"


EXPORT = Export("json", "application/json", "json", write)
