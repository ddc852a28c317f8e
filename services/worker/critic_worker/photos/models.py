"""The models of an inference server, each in several versions, as photos need them."""

from collections.abc import Sequence
from typing import Protocol

from critic_core.contracts.photo import Photo
from critic_core.contracts.routing import ActiveVersions
from critic_worker.inference.classifier import Classifier
from critic_worker.photos.critique import CritiqueResult


class Models(Protocol):
    """All models that the inference server serves."""

    def classifier(self, name: str | None = None, version: str = "") -> Classifier:
        """The model of that name (default: CRITIC_MODEL), in that version (default: the newest). Makes no request."""
        ...

    def other_models(self) -> list[str]:
        """The names of all ready models but CRITIC_MODEL. Raises InferenceUnavailable."""
        ...

    def group_by_version(self, photos: Sequence[Photo]) -> list[list[int]]:
        """Indices of photos that the same versions answer; all photos are for the same model."""
        ...

    def classifier_for(self, photo: Photo) -> Classifier:
        """The classifier of a photo, and of all photos in its group."""
        ...

    def active_versions(self) -> ActiveVersions:
        """The active versions of CRITIC_MODEL. Raises InferenceUnavailable."""
        ...

    def compare(self, photo: Photo, data: bytes, result: CritiqueResult) -> None:
        """Offer a photo with its stored critique to the shadow version. Raises nothing."""
        ...
