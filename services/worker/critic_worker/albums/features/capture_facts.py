"""When and by which camera photos were taken, and which of them in one burst."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, tzinfo

import numpy as np

from critic_core.contracts.album import PhotoFeatures
from critic_core.contracts.critique import Capture
from critic_worker.arrays import Float64Array, Int64Array

BURST_SECONDS = 2.0


def taken_seconds(features: Sequence[PhotoFeatures]) -> Float64Array:
    """The instant of each photo, `[N]`, seconds; NaN where unknown. Only differences matter.

    A clock without a zone is read in the album's most frequent zone: an album is one event.
    """
    times = [photo.capture.taken_at if photo.capture else None for photo in features]
    zones = Counter(time.tzinfo for time in times if time is not None and time.tzinfo is not None)
    zone = zones.most_common(1)[0][0] if zones else UTC
    return np.array([_seconds(time, zone) for time in times], np.float64)


def _seconds(time: datetime | None, zone: tzinfo) -> float:
    if time is None:
        return np.nan
    return (time if time.tzinfo is not None else time.replace(tzinfo=zone)).timestamp()


def cameras(features: Sequence[PhotoFeatures]) -> Int64Array:
    """A number for each camera, `[N]`: two cameras of one model are two by their serial numbers.

    −1 without a camera: a time may be that of saving a copy.
    """
    captures = [photo.capture or Capture() for photo in features]
    bodies = [f"{capture.camera} {capture.serial_number or ''}" for capture in captures]
    numbers = np.unique(bodies, return_inverse=True)[1]
    return np.where([capture.camera is None for capture in captures], -1, numbers).astype(np.int64)


def runs(taken: Float64Array) -> Iterator[Int64Array]:
    """The photos of each run, in the order of their times `[N]`, with at most two seconds to the next one."""
    order = np.argsort(taken, kind="stable")[: int(np.isfinite(taken).sum())]
    return iter(np.split(order, np.flatnonzero(np.diff(taken[order]) > BURST_SECONDS) + 1))
