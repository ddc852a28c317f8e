"""The version of each photo: the operators' routing, applied to the versions that the inference server serves."""

import time
from collections.abc import Callable, Sequence

from critic_core.contracts.errors import InferenceUnavailable, QueueUnavailable
from critic_core.contracts.photo import Photo
from critic_core.contracts.routing import ActiveVersions, Routing
from critic_core.stores.albums import album_key
from critic_core.stores.routing import RoutingStore

MAX_AGE_SECONDS = 2.0  # delay of a routing change
NEWEST = ""  # without a version, the server chooses the newest


class VersionRouter:
    """The versions of one model, cached for MAX_AGE_SECONDS. Calls raise InferenceUnavailable or QueueUnavailable."""

    def __init__(
        self,
        model: str,
        store: RoutingStore,
        default: Routing,
        served_versions: Callable[[], list[str]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model, self._store, self._default = model, store, default
        self._served_versions, self._clock = served_versions, clock
        self._routing = default
        self._active: ActiveVersions | None = None
        self._album_versions: dict[str, str] = {}  # by album, valid as long as `_active`
        self._read_at = float("-inf")

    def candidates(self, photos: Sequence[Photo]) -> list[tuple[str, ...]]:
        """For each photo, the versions to try in turn.

        An album keeps the version of its first photo while that version may answer, so that its scores compare. Redis
        is asked once for all albums, and not again for one of them while the cache is valid.
        """
        active = self.active_versions()
        self._pin_albums({photo.album for photo in photos if photo.album} - self._album_versions.keys(), active)
        stable = active.stable if self._routing.pinned or self._routing.excluded else NEWEST
        return [tuple(dict.fromkeys((self._preferred(photo, active, stable), stable))) for photo in photos]

    def shadow_for(self, photo: Photo) -> str | None:
        """The version to compare with on this photo, by the cache alone."""
        return self._active.shadow_for(photo.album or photo.id) if self._active else None

    def active_versions(self) -> ActiveVersions:
        """The active versions, at most MAX_AGE_SECONDS old; older ones while Redis is down, so that work goes on."""
        if self._active is None or self._clock() - self._read_at > MAX_AGE_SECONDS:
            self._active = self._refreshed(self._active)
            self._read_at = self._clock()
        return self._active

    def _refreshed(self, known: ActiveVersions | None) -> ActiveVersions:
        try:
            active = self._read()
        except QueueUnavailable:
            if known is None:
                raise
            return known
        self._album_versions = {}
        return active

    def invalidate(self) -> None:
        """Drop the cache: a version failed, and may not be served any more."""
        self._active = None

    def _preferred(self, photo: Photo, active: ActiveVersions, stable: str) -> str:
        if photo.album:
            return self._album_versions[photo.album]
        version = active.version_for(photo.id)
        return version if version != active.stable else stable

    def _pin_albums(self, albums: set[str], active: ActiveVersions) -> None:
        if not albums:
            return
        preferred = {album_key(album): active.version_for(album) for album in albums}
        able = [version for version in active.versions if version not in active.withdrawn]
        pinned = self._store.pin_albums(preferred, able)
        self._album_versions |= {album: pinned[album_key(album)] for album in albums}

    def _read(self) -> ActiveVersions:
        self._routing = self._store.get(self._model) or self._default
        active = ActiveVersions.of(self._model, self._routing, self._served_versions())
        if active is None:
            raise InferenceUnavailable(f"No version of {self._model} that is served may answer: all are withdrawn.")
        return active
