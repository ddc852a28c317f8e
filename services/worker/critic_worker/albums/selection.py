"""Which photos of an album to keep: the best, with diversity, and without surprises when photos are added.

What competes is a *moment*: near duplicates, and the frames of a sequence, which are one picture. Of a moment its best
photo is kept, or its best sequence whole. Moments are taken best first, while there is room in their scene and in their
chapter (photos between two long pauses). Scenes lie within chapters, so this is the greedy algorithm on a laminar
matroid: no other choice with as much room has a higher total, and one more photo changes the choice by one at most.
Source: Edmonds, "Matroids and the greedy algorithm", Mathematical Programming 1, 1971.
"""

from dataclasses import dataclass
from enum import IntEnum
from math import ceil

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from critic_worker.albums.linkage import Numbers
from critic_worker.albums.sequences import ALONE

_LEAST_PER_SCENE = 2
_CHAPTER_SHARE = 2.0  # a chapter gets at most this many times its share of the album's moments

Floats = npt.NDArray[np.float64]


class Fate(IntEnum):
    """What became of a photo, and why."""

    kept = 0  # its moment's best, and among the best moments
    spare = 1  # its moment would be among twice as many
    weaker = 2  # another photo of its moment is better
    scene_full = 3
    chapter_full = 4
    outranked = 5
    picked = 6  # by the photographer
    dropped = 7  # by the photographer


@dataclass(frozen=True)
class Album:
    """What N photos are chosen by, each `[N]`. `sequence` is ALONE for most; `taken` in seconds, NaN where unknown.

    `picked` and `dropped` are the photographer's own decisions.
    """

    quality: Floats
    near: Numbers
    scene: Numbers
    sequence: Numbers
    taken: Floats
    picked: npt.NDArray[np.bool_]
    dropped: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.quality)


@dataclass(frozen=True)
class Choice:
    """The fate of each photo, `[N]`; how many moments were to be kept, and how many of a scene could be."""

    fate: Numbers
    asked: int
    per_scene: int


@dataclass(frozen=True)
class _Moments:
    """What competes, best first, each `[M]`; `of` `[N]` is the moment of each photo, and `best` its best photo."""

    of: Numbers
    best: Numbers
    scene: Numbers
    chapter: Numbers
    settled: npt.NDArray[np.bool_]  # the photographer picked one of its photos
    open: npt.NDArray[np.bool_]  # not all of its photos were dropped


@dataclass(frozen=True)
class _Room:
    """How many moments may be kept: in all, of one scene, of each chapter `[C]`."""

    keep: int
    per_scene: int
    chapter: Numbers


def choose(album: Album, keep: float, per_scene: int | None, pause_seconds: float) -> Choice:
    """`keep`: moments, or under 1 their share. Without `per_scene` the fewest, from 2, that make enough.

    `pause_seconds`: what parts two chapters; as long as a scene may last, so that no scene lies in two.
    """
    moments = _moments(album, pause_seconds)
    asked = min(ceil(keep * len(moments.best)) if keep < 1 else int(keep), len(moments.best))
    room = _room(moments, asked, per_scene)
    kept, full = _greedy(moments, room)
    twice = _room(moments, min(2 * asked, len(moments.best)), 2 * per_scene if per_scene else None)
    spare, _ = _greedy(moments, twice)
    of_moment = np.where(kept, Fate.kept, np.where(spare, Fate.spare, full))
    return Choice(_of_photos(album, moments, of_moment.astype(np.int64)), asked, room.per_scene)


def _moments(album: Album, pause_seconds: float) -> _Moments:
    of = _joined(album)
    count = int(of.max(initial=-1)) + 1
    value = np.where(album.dropped, -np.inf, album.quality) + np.where(album.picked, 1e6, 0.0)
    order = np.lexsort((np.arange(len(album)), -value, of))
    best = order[np.searchsorted(of[order], np.arange(count))]
    ranked = np.argsort(-value[best], kind="stable")
    best = best[ranked]
    return _Moments(
        of=np.argsort(ranked)[of],
        best=best,
        scene=album.scene[best],
        chapter=_chapters(album.taken, pause_seconds)[best],
        settled=album.picked[best],
        open=~album.dropped[best],
    )


def _joined(album: Album) -> Numbers:
    """Near duplicates, and near duplicates of the frames of a sequence, are of one moment."""
    count = int(album.near.max(initial=-1)) + 1
    framed = np.flatnonzero(album.sequence != ALONE)
    _, first = np.unique(album.sequence[framed], return_index=True)
    anchor = dict(zip(album.sequence[framed[first]], album.near[framed[first]], strict=True))
    other = np.array([anchor[number] for number in album.sequence[framed]], dtype=np.int64)
    links = coo_array((np.ones(len(framed), np.int8), (album.near[framed], other)), shape=(count, count))
    return np.asarray(connected_components(links, directed=False)[1].astype(np.int64)[album.near])


def _chapters(taken: Floats, pause_seconds: float) -> Numbers:
    """Numbers from 0, parted by pauses; photos without a time are a chapter of their own."""
    order = np.argsort(taken, kind="stable")  # NaN comes last
    with np.errstate(invalid="ignore"):
        parts = np.diff(taken[order], prepend=taken[order[:1]]) > pause_seconds
    number = np.cumsum(parts)
    number[np.isnan(taken[order])] = number.max(initial=0) + 1
    chapter = np.zeros(len(taken), np.int64)
    chapter[order] = number
    return chapter


def _room(moments: _Moments, keep: int, per_scene: int | None) -> _Room:
    sizes = np.bincount(moments.chapter)
    chapter = np.maximum(1, np.ceil(_CHAPTER_SHARE * keep * sizes / max(1, len(moments.best)))).astype(np.int64)
    return _Room(keep, per_scene or _enough_per_scene(moments, keep, chapter), chapter)


def _enough_per_scene(moments: _Moments, keep: int, chapter: Numbers) -> int:
    """The fewest of a scene, from 2, with which there is room for all that is to be kept."""
    _, first, sizes = np.unique(moments.scene, return_index=True, return_counts=True)
    per_scene, largest = _LEAST_PER_SCENE, int(sizes.max(initial=0))
    of_chapter = moments.chapter[first]
    while per_scene < largest:
        room = np.bincount(of_chapter, np.minimum(sizes, per_scene), len(chapter))
        if np.minimum(room, chapter).sum() >= keep:
            break
        per_scene += 1
    return per_scene


def _greedy(moments: _Moments, room: _Room) -> tuple[npt.NDArray[np.bool_], Numbers]:
    """Which moments there is room for, and what the others did not find room in. Settled ones take theirs first."""
    kept = moments.settled.copy()
    full = np.full(len(kept), Fate.outranked, np.int64)
    left = room.keep - int(kept.sum())
    scenes = dict(zip(*np.unique(moments.scene[kept], return_counts=True), strict=True))
    chapters = np.bincount(moments.chapter[kept], minlength=len(room.chapter))
    for number in np.flatnonzero(~kept & moments.open):
        scene, chapter = moments.scene[number], moments.chapter[number]
        if left <= 0:
            break
        if scenes.get(scene, 0) >= room.per_scene:
            full[number] = Fate.scene_full
        elif chapters[chapter] >= room.chapter[chapter]:
            full[number] = Fate.chapter_full
        else:
            kept[number] = True
            left -= 1
            scenes[scene] = scenes.get(scene, 0) + 1
            chapters[chapter] += 1
    return kept, full


def _of_photos(album: Album, moments: _Moments, of_moment: Numbers) -> Numbers:
    """A moment's fate is its best photo's, and that of the sequence which the best one is a frame of."""
    best = moments.best[moments.of]
    whole = (album.sequence != ALONE) & (album.sequence == album.sequence[best])
    fate = np.where((np.arange(len(album)) == best) | whole, of_moment[moments.of], int(Fate.weaker))
    fate[album.picked] = Fate.picked
    fate[album.dropped] = Fate.dropped
    return np.asarray(fate, np.int64)
