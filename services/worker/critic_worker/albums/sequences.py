"""Frames that were taken to become one picture: exposure brackets, focus stacks, panoramas.

EXIF says what could be one: one camera, one focal length, one frame soon after the other. Thumbnails say whether the
camera stood still (brackets, stacks) or turned (panoramas). What EXIF does not say is not guessed: a burst taken for
a stack costs a photographer more than a stack taken for a burst. A photo is in one sequence at most.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from critic_core.contracts.album import SequenceKind
from critic_worker.albums.linkage import Numbers
from critic_worker.albums.shifts import shifts

ALONE = -1  # in no sequence
LEAST_FRAMES = 3
# Seconds from the end of one exposure to the start of the next.
_BRACKET_GAP, _STACK_GAP, _TURN_GAP = 2.0, 4.0, 15.0
_BRACKET_EV, _SHUTTER_EV = 0.3, 0.9  # told as a bias; or only seen in the shutter, where metering varies, too
_SAME_EV = 0.7  # metering, from frame to frame of a panorama
_STILL, _STILL_FIT = 0.07, 0.45
_LEAST_TURN, _MOST_TURN, _ACROSS, _TURN_FIT = 0.15, 0.7, 0.12, 0.65
_ALIKE_BITS = 12  # of 64: frames whose pHashes are this near did not turn far enough
_PAIRS_AT_ONCE = 512

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Frames:
    """N photos, `[N]` each: NaN where EXIF does not say; `camera` numbers cameras, `thumbnail` is `[N, 32, 32]`."""

    taken: Floats  # seconds
    camera: Numbers
    exposure: Floats  # seconds
    f_number: Floats
    iso: Floats
    bias: Floats  # EV
    focal: Floats  # millimetres
    distance: Floats  # metres
    hashes: npt.NDArray[np.uint64]
    thumbnail: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.taken)


@dataclass(frozen=True)
class Sequences:
    """The sequence of each photo, `[N]`, ALONE for most; and what each sequence is."""

    of: Numbers
    kinds: list[SequenceKind]


def sequences(frames: Frames) -> Sequences:
    """The answer does not depend on the order in which photos came."""
    order = np.lexsort((frames.hashes, frames.taken, frames.camera))
    steps = _Steps(frames, order)
    of, kinds = np.full(len(frames), ALONE, np.int64), list[SequenceKind]()
    for kind, run in _found(steps):
        members = order[run]
        if len(members) >= LEAST_FRAMES and (of[members] == ALONE).all():
            of[members] = len(kinds)
            kinds.append(kind)
    return Sequences(of, kinds)


def _found(steps: "_Steps") -> Iterator[tuple[SequenceKind, slice]]:
    """Brackets first: a panorama may be made of them, and then it is they that must stay whole."""
    for run in _runs(steps.bracket()):
        for part in _without_repeats(steps.light, run):
            yield SequenceKind.exposure_bracket, part
    for direction in (1, -1):
        for run in _runs(steps.focus(direction)):
            yield SequenceKind.focus_stack, run
    for turn in steps.turns():
        for run in _runs(turn):
            yield SequenceKind.panorama, run


class _Steps:
    """From each frame to the next one, in order of cameras and time; all `[N - 1]`."""

    def __init__(self, frames: Frames, order: Numbers) -> None:
        self._frames, self._order = frames, order
        told = {name: getattr(frames, name)[order] for name in ("taken", "exposure", "f_number", "iso", "bias")}
        self._told = told | {name: getattr(frames, name)[order] for name in ("focal", "distance", "camera", "hashes")}
        self.light = _light(told["bias"], told["exposure"])  # [N]
        gap = np.diff(told["taken"]) - np.nan_to_num(told["exposure"][:-1])
        self._together = self._same("camera") & self._same("focal", unknown=True) & (gap >= -1)
        self._gap = gap

    def bracket(self) -> Flags:
        """Other light on the same framing, soon after."""
        told = np.nan_to_num(self._told["bias"]) != 0
        by_bias = np.abs(np.diff(self.light)) >= _BRACKET_EV
        by_shutter = self._same("iso") & (np.abs(np.diff(self.light)) >= _SHUTTER_EV)
        other = np.where(told[:-1] | told[1:], by_bias, by_shutter)
        return self._still(self._together & (self._gap <= _BRACKET_GAP) & self._same("f_number", unknown=True) & other)

    def focus(self, direction: int) -> Flags:
        """The focus moves one way, and nothing else does."""
        moved = np.sign(np.diff(self._told["distance"])) == direction
        same = self._same("exposure") & self._same("f_number", unknown=True) & self._same("iso", unknown=True)
        return self._still(self._together & (self._gap <= _STACK_GAP) & same & moved)

    def turns(self) -> Iterator[Flags]:
        """The camera turned to the right, the left, down and up, and what was there is still seen in part."""
        bits = np.bitwise_count(self._told["hashes"][1:] ^ self._told["hashes"][:-1])
        change = np.diff(np.log2(self._told["exposure"]))
        steady = np.isnan(change) | (np.abs(change) <= _SAME_EV)
        known = ~np.isnan(self._told["focal"][1:])
        candidate = self._together & known & (self._gap <= _TURN_GAP) & steady & (bits > _ALIKE_BITS)
        across, down, fit = self._shifts(candidate)
        for turn, aside in ((across, down), (-across, down), (down, across), (-down, across)):
            yield (fit >= _TURN_FIT) & (turn >= _LEAST_TURN) & (turn <= _MOST_TURN) & (np.abs(aside) <= _ACROSS)

    def _still(self, candidate: Flags) -> Flags:
        across, down, fit = self._shifts(candidate)
        return (fit >= _STILL_FIT) & (np.abs(across) <= _STILL) & (np.abs(down) <= _STILL)

    def _shifts(self, candidate: Flags) -> tuple[Floats, Floats, Floats]:
        """Of the candidates; a fit of −1 for all others."""
        across, down, fit = np.zeros(len(candidate)), np.zeros(len(candidate)), np.full(len(candidate), -1.0)
        pairs = np.flatnonzero(candidate)
        for start in range(0, len(pairs), _PAIRS_AT_ONCE):
            some = pairs[start : start + _PAIRS_AT_ONCE]
            found = shifts(self._frames.thumbnail[self._order[some]], self._frames.thumbnail[self._order[some + 1]])
            across[some], down[some], fit[some] = found.across, found.down, found.fit
        return across, down, fit

    def _same(self, name: str, unknown: bool = False) -> Flags:
        """Equal in both frames; with `unknown` also where neither says."""
        one, other = self._told[name][:-1], self._told[name][1:]
        both: Flags = np.isclose(one, other, rtol=0.02, atol=0)
        return both | (np.isnan(one) & np.isnan(other)) if unknown else both


def _light(bias: Floats, exposure: Floats) -> Floats:
    """EV by which a frame is lighter than another one of the same scene: as told, or as the shutter says."""
    told = np.nan_to_num(bias)
    # A frame without a bias, next to one that has one, is the plain one of a bracket.
    around = np.pad(told != 0, 1)
    return np.where((told != 0) | around[:-2] | around[2:], told, np.log2(exposure))


def _runs(step: Flags) -> Iterator[slice]:
    """The frames of each unbroken run of steps."""
    edges = np.flatnonzero(np.diff(np.pad(step.astype(np.int8), 1)))
    return (slice(int(start), int(end) + 1) for start, end in edges.reshape(-1, 2))


def _without_repeats(light: Floats, run: slice) -> Iterator[slice]:
    """A bracket ends before a frame that is as light as one it has already: then the next one begins."""
    start, seen = run.start, set[int]()
    for number in range(run.start, run.stop):
        level = round(float(light[number]) * 6)  # sixths of an EV
        if level in seen:
            yield slice(start, number)
            start, seen = number, set()
        seen.add(level)
    yield slice(start, run.stop)
