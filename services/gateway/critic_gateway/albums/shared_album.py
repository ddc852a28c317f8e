"""An album through a share link: done photos only, and of them only what a gallery needs."""

from dataclasses import dataclass

from critic_core.contracts.album import AlbumPhoto, Summary
from critic_core.contracts.errors import PhotoNotFound, SharePermissionDenied
from critic_core.contracts.identity import is_id
from critic_core.contracts.photo import Photo, PhotoState
from critic_core.contracts.share import Share, SharedAlbum, SharedPhoto, SharedPhotosPage, SharePermissions
from critic_core.stores.albums import AlbumStore, Cursor
from critic_core.stores.jobs import JobStore
from critic_core.stores.owners import OwnerIndex
from critic_core.stores.shares import ShareStore
from critic_gateway.http import cursors


@dataclass(frozen=True)
class SharedAlbums:
    """Reads shared albums, and marks favourites."""

    shares: ShareStore
    albums: AlbumStore
    jobs: JobStore

    def album(self, share: Share) -> SharedAlbum:
        """Name, number of photos, and permissions."""
        album = self.albums.get(share.album)
        permissions = share.model_dump(include=set(SharePermissions.model_fields))
        return SharedAlbum(name=album.name, photos=album.counts.done, expires_at=share.expires_at, **permissions)

    def photos(self, share: Share, cursor: str | None, limit: int) -> SharedPhotosPage:
        """A page of the done photos, best first. Raises InvalidRequest for the cursor of another link."""
        page = self.albums.page(share.album, self._after(share, cursor), limit)
        done = [photo for photo in page.photos if photo.rank is not None]
        favourites = self.shares.favourites(share, [photo.id for photo in done])
        more = page.following is not None and len(done) == len(page.photos)
        following = page.following.photo_id if page.following and more else None
        return SharedPhotosPage(
            photos=tuple(
                _shared_photo(photo, photo.summary, share, photo.id in favourites) for photo in done if photo.summary
            ),
            next_cursor=cursors.encode_id(share.id, OwnerIndex.photos, following),
        )

    def photo(self, share: Share, photo_id: str) -> Photo:
        """A done photo of the album. Raises PhotoNotFound."""
        photo = self.jobs.get(photo_id) if is_id(photo_id) else None
        if photo is None or photo.album != share.album or photo.state is not PhotoState.done:
            raise PhotoNotFound
        return photo

    def set_favourite(self, share: Share, photo: Photo, favourite: bool) -> None:
        """Mark or unmark a photo of the album. Raises SharePermissionDenied or PhotoNotFound."""
        if not share.favourites:
            raise SharePermissionDenied("This share link is for viewing only.")
        self.shares.set_favourite(share, photo.id, favourite)

    @staticmethod
    def _after(share: Share, text: str | None) -> Cursor | None:
        """The cursor without the photo's score, which is not for viewers: after a deletion the list begins again."""
        last_id = cursors.decode_id(share.id, OwnerIndex.photos, text)
        return Cursor(last_id, float("inf")) if last_id else None


def _shared_photo(photo: AlbumPhoto, summary: Summary, share: Share, favourite: bool) -> SharedPhoto:
    file_name = photo.file_name if share.file_names else None
    return SharedPhoto(
        id=photo.id, width=summary.width, height=summary.height, file_name=file_name, favourite=favourite
    )
