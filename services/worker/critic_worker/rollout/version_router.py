"""Which version answers a photo: what operators chose, held against what the inference server serves."""

import time
from collections.abc import Callable, Sequence

from critic_core.contracts.errors import InferenceUnavailable
from critic_core.contracts.photo import Photo
from critic_core.contracts.routing import Answering, Routing
from critic_core.stores.albums import album_key
from critic_core.stores.routing import RoutingStore

MAX_AGE_SECONDS = 2.0  # so long after a wish some photos may still go the old way
NEWEST = ""  # asked by its name alone, the server chooses


class Versions:
    """Of one model. Calls raise InferenceUnavailable, or QueueUnavailable."""

    def __init__(
        self,
        model: str,
        store: RoutingStore,
        settings: Routing,
        served: Callable[[], list[str]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model, self._store, self._settings, self._served, self._clock = model, store, settings, served, clock
        self._routing = settings
        self._answering: Answering | None = None
        self._albums: dict[str, str] = {}  # the version of each, as long as `_answering` counts
        self._looked_at = float("-inf")

    def to_ask(self, photos: Sequence[Photo]) -> list[tuple[str, ...]]:
        """The versions to ask about each photo, one after the other until one answers.

        Photos of one album have the version of its first photo while that may answer: they are to be compared. Redis
        is asked once for all albums, and not again about one while this process sees the same versions answer.
        """
        now = self.answering()
        self._stick({photo.album for photo in photos if photo.album} - self._albums.keys(), now)
        stable = now.stable if self._routing.pinned or self._routing.aside else NEWEST
        return [tuple(dict.fromkeys((self._first(photo, now, stable), stable))) for photo in photos]

    def _first(self, photo: Photo, now: Answering, stable: str) -> str:
        if photo.album:
            return self._albums[photo.album]
        wanted = now.wanted(photo.id)
        return wanted if wanted != now.stable else stable

    def _stick(self, albums: set[str], now: Answering) -> None:
        if albums:
            wanted = {album_key(album): now.wanted(album) for album in albums}
            able = [version for version in now.versions if version not in now.withdrawn]
            told = self._store.stick(wanted, able)
            self._albums |= {album: told[album_key(album)] for album in albums}

    def compared(self, photo: Photo) -> str | None:
        """The version whose answer about it is only compared, if any, as far as is known; asks nobody."""
        return self._answering.compared(photo.album or photo.id) if self._answering else None

    def answering(self) -> Answering:
        """Who answers now, as looked up a moment ago."""
        if self._answering is None or self._clock() - self._looked_at > MAX_AGE_SECONDS:
            self._answering, self._albums = self._look(), {}
            self._looked_at = self._clock()
        return self._answering

    def look_again(self) -> None:
        """Somebody did not answer: perhaps it is not served any more."""
        self._answering = None

    def _look(self) -> Answering:
        self._routing = self._store.wished(self._model) or self._settings
        found = Answering.of(self._model, self._routing, self._served())
        if found is None:
            raise InferenceUnavailable(f"No version of {self._model} that is served may answer: all are withdrawn.")
        return found
