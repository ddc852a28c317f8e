"""Which version answers a photo: what operators wish, held against what the inference server serves."""

import time
from collections.abc import Callable

from critic_core.contracts.errors import InferenceUnavailable
from critic_core.contracts.photo import Photo
from critic_core.contracts.routing import Answering, Routing
from critic_core.runtime.album_store import album_key
from critic_core.runtime.routing_store import RoutingStore

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
        self._looked_at = float("-inf")

    def to_ask(self, photo: Photo) -> tuple[str, ...]:
        """The versions to ask about a photo, one after the other until one answers.

        Photos of one album have the version of its first photo while that may answer: they are to be compared.
        """
        now, key = self.answering(), photo.album or photo.id
        stable = now.stable if self._routing.pinned or self._routing.aside else NEWEST
        wanted = now.wanted(key)
        if photo.album is None:
            return tuple(dict.fromkeys((wanted if wanted != now.stable else stable, stable)))
        able = [version for version in now.versions if version not in now.withdrawn]
        return tuple(dict.fromkeys((self._store.stick(album_key(photo.album), wanted, able), stable)))

    def compared(self, photo: Photo) -> str | None:
        """The version whose answer about it is only compared, if any, as far as is known; asks nobody."""
        return self._answering.compared(photo.album or photo.id) if self._answering else None

    def answering(self) -> Answering:
        """Who answers now, as looked up a moment ago."""
        if self._answering is None or self._clock() - self._looked_at > MAX_AGE_SECONDS:
            self._answering = self._look()
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
