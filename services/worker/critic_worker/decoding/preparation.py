"""Everything about a photo that needs its pixels, but no model."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from critic_core.contracts.base import Contract
from critic_core.contracts.critique import Face, Fingerprint, Focus, Horizon, ImageFacts, Property, PropertyName
from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.decode import decode
from critic_core.imaging.faces.measure import find_faces
from critic_core.imaging.fingerprint import fingerprint
from critic_core.imaging.focus.measure import measure_focus
from critic_core.imaging.horizon import horizon
from critic_core.imaging.limits import Limits
from critic_core.imaging.preprocess import to_input
from critic_core.imaging.preview import preview
from critic_core.imaging.properties import View, measure_all
from critic_worker.decoding.face_networks import load_face_networks

_NO_EMBEDDING = np.zeros(0, np.float32)


class Analysis(Contract):
    """Facts, measurements and fingerprint (without embedding) of a photo, and milliseconds by stage."""

    image: ImageFacts
    properties: dict[PropertyName, Property]
    faces: tuple[Face, ...] | None
    focus: Focus
    horizon: Horizon | None
    fingerprint: Fingerprint
    stages_ms: dict[str, float]


@dataclass(frozen=True)
class PreparedPhoto:
    """The network's input uint8 `[size, size, 3]`, the preview JPEG, and the analysis."""

    tensor: npt.NDArray[np.uint8]
    preview: bytes
    analysis: Analysis


Prepare = Callable[[bytes, Preprocessing, Limits], PreparedPhoto]
"""Raises PhotoError."""


def prepare_photo(
    data: bytes, preprocessing: Preprocessing, limits: Limits, search_faces: bool = True
) -> PreparedPhoto:
    """Decode, measure and prepare a photo in this process. Raises PhotoError."""
    stages: dict[str, float] = {}
    with _timed("decode", stages):
        decoded = decode(data, preprocessing, limits)
    with _timed("prepare", stages):
        tensor = to_input(decoded.pixels, preprocessing)
    with _timed("measure", stages):
        view = View(decoded.pixels)
        properties = measure_all(view)
        faces = find_faces(decoded.pixels, load_face_networks()) if search_faces else None
        area = decoded.facts.capture.af_area if decoded.facts.capture else None
        focus, tilt = measure_focus(decoded.pixels, faces or (), area), horizon(view)
    with _timed("fingerprint", stages):
        marks = fingerprint(view, _NO_EMBEDDING)
    with _timed("preview", stages):
        small = preview(decoded.pixels)
    analysis = Analysis(
        image=decoded.facts,
        properties=properties,
        faces=faces,
        focus=focus,
        horizon=tilt,
        fingerprint=marks,
        stages_ms=stages,
    )
    return PreparedPhoto(tensor, small, analysis)


@dataclass(frozen=True)
class LocalDecoder:
    """Decodes in this process, for debugging."""

    search_faces: bool = True

    def prepare(self, data: bytes, preprocessing: Preprocessing, limits: Limits) -> PreparedPhoto:
        """Prepare a photo. Raises PhotoError."""
        return prepare_photo(data, preprocessing, limits, self.search_faces)

    def start(self) -> None:
        """There is nothing to start."""


@contextmanager
def _timed(stage: str, stages: dict[str, float]) -> Iterator[None]:
    start = time.perf_counter()
    yield
    stages[stage] = (time.perf_counter() - start) * 1000
