"""Frames taken for one picture: exposure brackets, focus stacks, panoramas.

EXIF gives the candidates: one camera, one focal length, short gaps. Thumbnails show whether the camera stood still
(brackets, stacks) or turned (panoramas). Missing EXIF is not guessed: a burst mistaken for a stack costs a photographer
more than a stack mistaken for a burst. A photo is in one sequence at most.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from critic_core.contracts.album import SequenceKind
from critic_worker.albums.linkage import Numbers
from critic_worker.albums.shifts import shifts

NO_SEQUENCE = -1
MIN_FRAMES = 3
# Seconds from the end of one exposure to the start of the next.
_BRACKET_GAP, _STACK_GAP, _TURN_GAP = 2.0, 4.0, 15.0
_BRACKET_EV, _SHUTTER_EV = 0.3, 0.9  # by exposure bias; by shutter alone, where metering varies, too
_SAME_EV = 0.7  # metering, from frame to frame of a panorama
_STILL, _STILL_FIT = 0.07, 0.45
_MIN_TURN, _MAX_TURN, _MAX_ASIDE, _TURN_FIT = 0.15, 0.7, 0.12, 0.65
_SIMILAR_BITS = 12  # of 64: the turn between frames with such similar pHashes is too small
_PAIRS_PER_BLOCK = 512

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Frames:
    """EXIF of N photos, `[N]` each, NaN where missing; `camera` numbers cameras, `thumbnail` is `[N, 32, 32]`."""

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
    """The sequence of each photo, `[N]`, NO_SEQUENCE for most; and the kind of each sequence."""

    sequence: Numbers
    kinds: list[SequenceKind]


def sequences(frames: Frames) -> Sequences:
    """All sequences, independent of the order of the photos."""
    order = np.lexsort((frames.hashes, frames.taken, frames.camera))
    sequence, kinds = np.full(len(frames), NO_SEQUENCE, np.int64), list[SequenceKind]()
    for kind, run in _find_runs(_Steps(frames, order)):
        members = order[run]
        if len(members) >= MIN_FRAMES and (sequence[members] == NO_SEQUENCE).all():
            sequence[members] = len(kinds)
            kinds.append(kind)
    return Sequences(sequence, kinds)


def _find_runs(steps: "_Steps") -> Iterator[tuple[SequenceKind, slice]]:
    """Brackets first: a panorama may consist of them, and the brackets must stay whole."""
    for run in _runs(steps.bracket()):
        for bracket in _split_repeats(steps.light, run):
            yield SequenceKind.exposure_bracket, bracket
    for direction in (1, -1):
        for run in _runs(steps.focus(direction)):
            yield SequenceKind.focus_stack, run
    for turn in steps.turns():
        for run in _runs(turn):
            yield SequenceKind.panorama, run


class _Steps:
    """Steps from each frame to the next, ordered by camera and time; all `[N - 1]`."""

    def __init__(self, frames: Frames, order: Numbers) -> None:
        self._thumbnail, self._hashes = frames.thumbnail[order], frames.hashes[order]
        self._exif = {
            name: getattr(frames, name)[order]
            for name in ("taken", "exposure", "f_number", "iso", "bias", "focal", "distance")
        }
        self.light = _light(self._exif["bias"], self._exif["exposure"])  # [N]
        self._gap = np.diff(self._exif["taken"]) - np.nan_to_num(self._exif["exposure"][:-1])
        self._together = (np.diff(frames.camera[order]) == 0) & self._same_or_unknown("focal") & (self._gap >= -1)

    def bracket(self) -> Flags:
        """The same framing in other light, soon after."""
        biased = np.nan_to_num(self._exif["bias"]) != 0
        change = np.abs(np.diff(self.light))
        by_shutter = self._same("iso") & (change >= _SHUTTER_EV)
        relit = np.where(biased[:-1] | biased[1:], change >= _BRACKET_EV, by_shutter)
        return self._still(self._together & (self._gap <= _BRACKET_GAP) & self._same_or_unknown("f_number") & relit)

    def focus(self, direction: int) -> Flags:
        """The focus moves in this direction, and nothing else changes."""
        moved = np.sign(np.diff(self._exif["distance"])) == direction
        same = self._same("exposure") & self._same_or_unknown("f_number") & self._same_or_unknown("iso")
        return self._still(self._together & (self._gap <= _STACK_GAP) & same & moved)

    def turns(self) -> Iterator[Flags]:
        """Turns of the camera with overlap: to the right, to the left, down, up."""
        bits = np.bitwise_count(self._hashes[1:] ^ self._hashes[:-1])
        change = np.diff(np.log2(self._exif["exposure"]))
        steady = np.isnan(change) | (np.abs(change) <= _SAME_EV)
        known = ~np.isnan(self._exif["focal"][1:])
        candidate = self._together & known & (self._gap <= _TURN_GAP) & steady & (bits > _SIMILAR_BITS)
        across, down, fit = self._shifts(candidate)
        for turn, aside in ((across, down), (-across, down), (down, across), (-down, across)):
            yield (fit >= _TURN_FIT) & (turn >= _MIN_TURN) & (turn <= _MAX_TURN) & (np.abs(aside) <= _MAX_ASIDE)

    def _still(self, candidate: Flags) -> Flags:
        across, down, fit = self._shifts(candidate)
        return (fit >= _STILL_FIT) & (np.abs(across) <= _STILL) & (np.abs(down) <= _STILL)

    def _shifts(self, candidate: Flags) -> tuple[Floats, Floats, Floats]:
        """Shifts of the candidates; a fit of −1 for all other steps."""
        across, down, fit = np.zeros(len(candidate)), np.zeros(len(candidate)), np.full(len(candidate), -1.0)
        steps = np.flatnonzero(candidate)
        for start in range(0, len(steps), _PAIRS_PER_BLOCK):
            block = steps[start : start + _PAIRS_PER_BLOCK]
            shift = shifts(self._thumbnail[block], self._thumbnail[block + 1])
            across[block], down[block], fit[block] = shift.across, shift.down, shift.fit
        return across, down, fit

    def _same(self, name: str) -> Flags:
        """Known and equal in both frames."""
        same: Flags = np.isclose(self._exif[name][:-1], self._exif[name][1:], rtol=0.02, atol=0)
        return same

    def _same_or_unknown(self, name: str) -> Flags:
        """Equal, or unknown, in both frames."""
        unknown: Flags = np.isnan(self._exif[name])
        both_unknown: Flags = unknown[:-1] & unknown[1:]
        return self._same(name) | both_unknown


def _light(bias: Floats, exposure: Floats) -> Floats:
    """EV of each frame against another frame of the same scene: by its bias, or else by the shutter."""
    bias = np.nan_to_num(bias)
    # A frame without a bias next to a biased one is the base frame of a bracket.
    neighbours = np.pad(bias != 0, 1)
    return np.where((bias != 0) | neighbours[:-2] | neighbours[2:], bias, np.log2(exposure))


def _runs(step: Flags) -> Iterator[slice]:
    """The frames of each unbroken run of steps."""
    edges = np.flatnonzero(np.diff(np.pad(step.astype(np.int8), 1)))
    return (slice(int(start), int(end) + 1) for start, end in edges.reshape(-1, 2))


def _split_repeats(light: Floats, run: slice) -> Iterator[slice]:
    """A new bracket begins with a frame as light as an earlier frame of the bracket."""
    start, levels = run.start, set[int]()
    for frame in range(run.start, run.stop):
        level = round(float(light[frame]) * 6)  # sixths of an EV
        if level in levels:
            yield slice(start, frame)
            start, levels = frame, set()
        levels.add(level)
    yield slice(start, run.stop)
