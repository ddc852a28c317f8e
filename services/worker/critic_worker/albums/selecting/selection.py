"""The selection of an album: the best photos, with diversity, and stable when photos are added.

*Moments* compete: near duplicates, and the frames of a sequence, which are one picture. A moment is represented by its
best photo, or by the whole sequence of that photo. Decisions close a moment: its picked photos stand for it, and once
its best photo is rejected, no weaker one takes that place. Moments are taken best first, while their scene and their
chapter (photos between two long pauses) have capacity. Scenes lie within chapters, so this is the greedy algorithm on a
laminar matroid: no other selection within the capacities has a higher total, and one more photo changes one photo at
most.
Source: Edmonds, "Matroids and the greedy algorithm", Mathematical Programming 1, 1971.
"""

from dataclasses import dataclass
from enum import IntEnum
from math import ceil

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from critic_worker.albums.grouping.sequences import NO_SEQUENCE
from critic_worker.arrays import BoolArray, Float64Array, Int64Array

_MIN_PER_SCENE = 2
_CHAPTER_FACTOR = 2.0  # capacity of a chapter: this many times its share of the album's moments


class SelectionStatus(IntEnum):
    """The result for a photo."""

    selected = 0  # the best of its moment, and its moment is among the best
    runner_up = 1  # selected if twice as many were
    weaker = 2  # another photo of its moment is better
    scene_full = 3
    chapter_full = 4
    outranked = 5
    picked = 6  # by the photographer
    rejected = 7  # by the photographer
    unchosen = 8  # the photographer picked another photo of its moment
    best_rejected = 9  # the photographer rejected the best photo of its moment
    damaged = 10  # selected, but a part of the file is damaged


@dataclass(frozen=True)
class SelectionInput:
    """The columns of N photos, each `[N]`. `sequence` is NO_SEQUENCE for most; `taken` in seconds, NaN where unknown.

    `picked` and `rejected` are the photographer's decisions.
    """

    quality: Float64Array
    near: Int64Array
    scene: Int64Array
    sequence: Int64Array
    taken: Float64Array
    picked: BoolArray
    rejected: BoolArray

    def __len__(self) -> int:
        return len(self.quality)


@dataclass(frozen=True)
class Selection:
    """The SelectionStatus of each photo, `[N]`; the number of requested moments, and the capacity of a scene.

    `moment` `[N]` numbers moments from the best; `best` `[M]` is the photo that stands for each.
    """

    status: Int64Array
    requested: int
    per_scene: int
    moment: Int64Array
    best: Int64Array


@dataclass(frozen=True)
class _Moments:
    """M moments, best first, `[M]` each; `of_photo` `[N]` is the moment of each photo, `best` its best photo."""

    of_photo: Int64Array
    best: Int64Array
    scene: Int64Array
    chapter: Int64Array
    picked: BoolArray  # the photographer picked one of its photos
    eligible: BoolArray  # the photographer did not reject its best photo


@dataclass(frozen=True)
class _Capacity:
    """The number of moments: in all, of one scene, of each chapter `[C]`."""

    total: int
    per_scene: int
    chapter: Int64Array


def select(photos: SelectionInput, keep: float, per_scene: int | None, pause_seconds: float) -> Selection:
    """`keep`: moments, or below 1 their share. The default of `per_scene` is the least, from 2, that gives enough.

    `pause_seconds` separates chapters; it is as long as a scene may last, so that a scene lies in one chapter.
    """
    moments = _moments(photos, pause_seconds)
    count = len(moments.best)
    requested = min(ceil(round(keep * count, 9)) if keep < 1 else int(keep), count)
    capacity = _capacity(moments, requested, per_scene)
    selected, status = _greedy(moments, capacity)
    doubled = _capacity(moments, min(2 * requested, count), 2 * per_scene if per_scene else None)
    runner_up, _ = _greedy(moments, doubled)
    status[runner_up] = SelectionStatus.runner_up
    status[selected] = SelectionStatus.selected
    of_photos = _status_of_photos(photos, moments, status)
    return Selection(of_photos, requested, capacity.per_scene, moments.of_photo, moments.best)


def _moments(photos: SelectionInput, pause_seconds: float) -> _Moments:
    of_photo = _moment_of_photo(photos)
    count = int(of_photo.max(initial=-1)) + 1
    value = photos.quality + np.where(photos.picked, 1e6, 0.0)
    order = np.lexsort((np.arange(len(photos)), -value, of_photo))
    best = order[np.searchsorted(of_photo[order], np.arange(count))]
    ranked = np.argsort(-value[best], kind="stable")
    best = best[ranked]
    return _Moments(
        of_photo=np.argsort(ranked)[of_photo],
        best=best,
        scene=photos.scene[best],
        chapter=_chapters(photos.taken, pause_seconds)[best],
        picked=photos.picked[best],
        eligible=~photos.rejected[best],
    )


def _moment_of_photo(photos: SelectionInput) -> Int64Array:
    """Groups of near duplicates, joined where their photos are frames of one sequence."""
    count = int(photos.near.max(initial=-1)) + 1
    frames = np.flatnonzero(photos.sequence != NO_SEQUENCE)
    _, first, sequence = np.unique(photos.sequence[frames], return_index=True, return_inverse=True)
    near = photos.near[frames]
    links = coo_array((np.ones(len(frames), np.int8), (near, near[first][sequence])), shape=(count, count))
    return np.asarray(connected_components(links, directed=False)[1].astype(np.int64)[photos.near])


def _chapters(taken: Float64Array, pause_seconds: float) -> Int64Array:
    """Numbers from 0, separated by pauses; photos without a time form one chapter."""
    order = np.argsort(taken, kind="stable")  # NaN comes last
    with np.errstate(invalid="ignore"):
        pauses = np.diff(taken[order], prepend=taken[order[:1]]) > pause_seconds
    number = np.cumsum(pauses)
    number[np.isnan(taken[order])] = number.max(initial=0) + 1
    chapter = np.zeros(len(taken), np.int64)
    chapter[order] = number
    return chapter


def _capacity(moments: _Moments, total: int, per_scene: int | None) -> _Capacity:
    sizes = np.bincount(moments.chapter)
    share = _CHAPTER_FACTOR * total * sizes / max(1, len(moments.best))
    chapter = np.maximum(1, np.ceil(share)).astype(np.int64)
    return _Capacity(total, per_scene or _least_per_scene(moments, total, chapter), chapter)


def _least_per_scene(moments: _Moments, total: int, chapter: Int64Array) -> int:
    """The least capacity of a scene, from 2, with which all scenes together reach the total."""
    _, first, sizes = np.unique(moments.scene, return_index=True, return_counts=True)
    per_scene, largest = _MIN_PER_SCENE, int(sizes.max(initial=0))
    chapter_of_scene = moments.chapter[first]
    while per_scene < largest:
        available = np.bincount(chapter_of_scene, np.minimum(sizes, per_scene), len(chapter))
        if np.minimum(available, chapter).sum() >= total:
            break
        per_scene += 1
    return per_scene


def _greedy(moments: _Moments, capacity: _Capacity) -> tuple[BoolArray, Int64Array]:
    """The selected moments, and the status of all other ones. Picked moments use their capacity first."""
    selected = moments.picked.copy()
    status = np.full(len(selected), SelectionStatus.outranked, np.int64)
    remaining = capacity.total - int(selected.sum())
    scenes = dict(zip(*np.unique(moments.scene[selected], return_counts=True), strict=True))
    chapters = np.bincount(moments.chapter[selected], minlength=len(capacity.chapter))
    for moment in np.flatnonzero(~selected & moments.eligible):
        scene, chapter = moments.scene[moment], moments.chapter[moment]
        if remaining <= 0:
            break
        if scenes.get(scene, 0) >= capacity.per_scene:
            status[moment] = SelectionStatus.scene_full
        elif chapters[chapter] >= capacity.chapter[chapter]:
            status[moment] = SelectionStatus.chapter_full
        else:
            selected[moment] = True
            remaining -= 1
            scenes[scene] = scenes.get(scene, 0) + 1
            chapters[chapter] += 1
    return selected, status


def _status_of_photos(photos: SelectionInput, moments: _Moments, of_moment: Int64Array) -> Int64Array:
    """A moment's status holds for its best photo, and for all frames of that photo's sequence."""
    best = moments.best[moments.of_photo]
    in_sequence = (photos.sequence != NO_SEQUENCE) & (photos.sequence == photos.sequence[best])
    represents = (np.arange(len(photos)) == best) | in_sequence
    status = np.where(represents, of_moment[moments.of_photo], int(SelectionStatus.weaker))
    status[~represents & photos.picked[best]] = SelectionStatus.unchosen
    status[photos.rejected[best]] = SelectionStatus.best_rejected
    status[photos.picked] = SelectionStatus.picked
    status[photos.rejected] = SelectionStatus.rejected
    return np.asarray(status, np.int64)
