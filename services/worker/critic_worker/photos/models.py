"""What a worker needs of an inference server with several models, each in several versions."""

from typing import Protocol

from critic_core.contracts.photo import Photo
from critic_core.contracts.routing import Answering
from critic_worker.inference.classifier import Classifier
from critic_worker.photos.critique import Looked


class Models(Protocol):
    """The models of an inference server."""

    def classifier(self, name: str | None = None, version: str = "") -> Classifier:
        """The model of that name, or the worker's own; that version of it, or the newest. Being asked shows if it is
        served.
        """
        ...

    def others(self) -> list[str]:
        """The names of the models that answer beside the worker's own. Raises InferenceUnavailable."""
        ...

    def ways(self, photos: list[Photo]) -> list[tuple[str, ...]]:
        """What tells apart photos that are to be answered by different versions; all are for the same model."""
        ...

    def for_photo(self, photo: Photo) -> Classifier:
        """Who answers this photo, and all that go the same way."""
        ...

    def answering(self) -> Answering:
        """Which versions of the worker's own model answer now. Raises InferenceUnavailable."""
        ...

    def compare(self, photo: Photo, data: bytes, told: Looked) -> None:
        """After a photo's answer was kept: let another version be compared, where one is to be. Raises nothing."""
        ...
