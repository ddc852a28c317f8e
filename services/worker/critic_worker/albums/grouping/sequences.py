"""Sequences of frames for one picture: exposure brackets, focus stacks, panoramas.

EXIF gives the candidates: one camera, one focal length, short gaps. Thumbnails show whether the camera stood still
(brackets, stacks) or turned (panoramas). Missing EXIF is not guessed: a burst mistaken for a stack costs a photographer
more than a stack mistaken for a burst. A photo is in one sequence at most.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from critic_core.contracts.album import SequenceKind
from critic_worker.albums.thumbnails.shifts import shifts
from critic_worker.arrays import BoolArray, Float64Array, Int64Array

NO_SEQUENCE = -1
MIN_FRAMES = 3
# Seconds from the end of one exposure to the start of the next.
_BRACKET_GAP, _STACK_GAP, _PAN_GAP = 2.0, 4.0, 15.0
_BRACKET_EV, _SHUTTER_EV = 0.3, 0.9  # by exposure bias; by shutter alone, where metering varies, too
_MAX_METERING_EV = 0.7  # metering, from frame to frame of a panorama
_MAX_STATIC_SHIFT, _MIN_STATIC_FIT = 0.07, 0.45
_MIN_PAN, _MAX_PAN, _MAX_CROSS_SHIFT, _MIN_PAN_FIT = 0.09, 0.7, 0.12, 0.65  # shares of the frame, a step
_MIN_TURN = 0.35  # shares of the frame, in all
_MIN_PAN_GAP = 0.75  # seconds, on average: a camera that follows something takes more frames
_SIMILAR_BITS = 6  # of 64: between more similar pHashes the camera did not pan
_PAIRS_PER_BLOCK = 512


@dataclass(frozen=True)
class Frames:
    """EXIF of N photos, `[N]` each, NaN where missing; `camera` numbers cameras, `thumbnail` is `[N, 32, 32]`."""

    taken: Float64Array  # seconds
    order: Int64Array  # by natural file name: decides between equal times
    camera: Int64Array
    exposure: Float64Array  # seconds
    f_number: Float64Array
    iso: Float64Array
    bias: Float64Array  # EV
    focal: Float64Array  # millimetres
    distance: Float64Array  # metres
    hashes: npt.NDArray[np.uint64]
    thumbnail: npt.NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.taken)


@dataclass(frozen=True)
class Sequences:
    """Sequences of the photos, `[N]`, NO_SEQUENCE for most; and the kinds of the sequences."""

    sequence: Int64Array
    kinds: list[SequenceKind]


def sequences(frames: Frames) -> Sequences:
    """All sequences, independent of the order of the photos."""
    order = np.lexsort((frames.hashes, frames.order, frames.taken, frames.camera))
    sequence, kinds = np.full(len(frames), NO_SEQUENCE, np.int64), list[SequenceKind]()
    for kind, run in _find_runs(frames, order):
        members = order[run]
        if len(members) >= MIN_FRAMES and (sequence[members] == NO_SEQUENCE).all():
            sequence[members] = len(kinds)
            kinds.append(kind)
    return Sequences(sequence, kinds)


def _find_runs(frames: Frames, order: Int64Array) -> Iterator[tuple[SequenceKind, slice | Int64Array]]:
    """Positions in `order`. Brackets before other panoramas: their frames differ by more than metering."""
    steps = _Steps(frames, order)
    brackets = [bracket for run in _runs(steps.bracket()) for bracket in _split_repeats(steps.relative_ev, run)]
    brackets = [bracket for bracket in brackets if bracket.stop - bracket.start >= MIN_FRAMES]
    for positions in _panoramas_of_brackets(frames, order, brackets):
        yield SequenceKind.panorama, positions
    for bracket in brackets:
        yield SequenceKind.exposure_bracket, bracket
    for direction in (1, -1):
        for run in _runs(steps.focus(direction)):
            yield SequenceKind.focus_stack, run
    for run in steps.panoramas():
        yield SequenceKind.panorama, run


def _panoramas_of_brackets(frames: Frames, order: Int64Array, brackets: list[slice]) -> Iterator[Int64Array]:
    """Brackets whose first frames are a panorama."""
    starts = np.array([bracket.start for bracket in brackets], np.int64)
    for run in _Steps(frames, order[starts]).panoramas():
        yield np.concatenate([np.arange(bracket.start, bracket.stop) for bracket in brackets[run]])


class _Steps:
    """Steps from each frame to the next, ordered by camera and time; all `[N - 1]`."""

    def __init__(self, frames: Frames, order: Int64Array) -> None:
        self._thumbnail, self._hashes = frames.thumbnail[order], frames.hashes[order]
        self._exif = {
            name: getattr(frames, name)[order]
            for name in ("taken", "exposure", "f_number", "iso", "bias", "focal", "distance")
        }
        self.relative_ev = _relative_ev(self._exif["bias"], self._exif["exposure"])  # [N]
        self._gap = np.diff(self._exif["taken"]) - np.nan_to_num(self._exif["exposure"][:-1])
        self._adjacent = (np.diff(frames.camera[order]) == 0) & self._same_or_unknown("focal") & (self._gap >= -1)

    def bracket(self) -> BoolArray:
        """The same framing in another exposure, soon after."""
        biased = np.nan_to_num(self._exif["bias"]) != 0
        change = np.abs(np.diff(self.relative_ev))
        by_shutter = self._same("iso") & (change >= _SHUTTER_EV)
        exposure_changed = np.where(biased[:-1] | biased[1:], change >= _BRACKET_EV, by_shutter)
        same_framing = self._adjacent & (self._gap <= _BRACKET_GAP) & self._same_or_unknown("f_number")
        return self._static(same_framing & exposure_changed)

    def focus(self, direction: int) -> BoolArray:
        """The focus moves in `direction`; all other settings are constant."""
        moved = np.sign(np.diff(self._exif["distance"])) == direction
        same = self._same("exposure") & self._same_or_unknown("f_number") & self._same_or_unknown("iso")
        return self._static(self._adjacent & (self._gap <= _STACK_GAP) & same & moved)

    def panoramas(self) -> Iterator[slice]:
        """Turns of the camera with overlap: to the right, to the left, down, up."""
        bits = np.bitwise_count(self._hashes[1:] ^ self._hashes[:-1])
        change = np.diff(np.log2(self._exif["exposure"]))
        constant_metering = np.isnan(change) | (np.abs(change) <= _MAX_METERING_EV)
        known = ~np.isnan(self._exif["focal"][1:])
        candidate = self._adjacent & known & (self._gap <= _PAN_GAP) & constant_metering & (bits > _SIMILAR_BITS)
        across, down, fit = self._shifts(candidate)
        for pan, cross in ((across, down), (-across, down), (down, across), (-down, across)):
            turned = (pan >= _MIN_PAN) & (pan <= _MAX_PAN) & (np.abs(cross) <= _MAX_CROSS_SHIFT)
            yield from (run for run in _runs((fit >= _MIN_PAN_FIT) & turned) if self._is_panorama(run, pan))

    def _is_panorama(self, run: slice, pan: Float64Array) -> bool:
        """Enough frames and turn for one, and no burst."""
        steps = slice(run.start, run.stop - 1)
        slow = float(self._gap[steps].mean()) >= _MIN_PAN_GAP
        return run.stop - run.start >= MIN_FRAMES and float(pan[steps].sum()) >= _MIN_TURN and slow

    def _static(self, candidate: BoolArray) -> BoolArray:
        across, down, fit = self._shifts(candidate)
        return (fit >= _MIN_STATIC_FIT) & (np.abs(across) <= _MAX_STATIC_SHIFT) & (np.abs(down) <= _MAX_STATIC_SHIFT)

    def _shifts(self, candidate: BoolArray) -> tuple[Float64Array, Float64Array, Float64Array]:
        """Shifts of the candidates; a fit of −1 for all other steps."""
        across, down, fit = np.zeros(len(candidate)), np.zeros(len(candidate)), np.full(len(candidate), -1.0)
        steps = np.flatnonzero(candidate)
        for start in range(0, len(steps), _PAIRS_PER_BLOCK):
            block = steps[start : start + _PAIRS_PER_BLOCK]
            shift = shifts(self._thumbnail[block], self._thumbnail[block + 1])
            across[block], down[block], fit[block] = shift.across, shift.down, shift.fit
        return across, down, fit

    def _same(self, name: str) -> BoolArray:
        """Known and equal in both frames."""
        same: BoolArray = np.isclose(self._exif[name][:-1], self._exif[name][1:], rtol=0.02, atol=0)
        return same

    def _same_or_unknown(self, name: str) -> BoolArray:
        """Equal, or unknown, in both frames."""
        unknown: BoolArray = np.isnan(self._exif[name])
        both_unknown: BoolArray = unknown[:-1] & unknown[1:]
        return self._same(name) | both_unknown


def _relative_ev(bias: Float64Array, exposure: Float64Array) -> Float64Array:
    """EV of the frames relative to other frames of the scene: by exposure bias, or else by shutter."""
    bias = np.nan_to_num(bias)
    # A frame without a bias next to a biased one is the base frame of a bracket.
    neighbours = np.pad(bias != 0, 1)
    return np.where((bias != 0) | neighbours[:-2] | neighbours[2:], bias, np.log2(exposure))


def _runs(step: BoolArray) -> Iterator[slice]:
    """The frames of unbroken runs of steps."""
    edges = np.flatnonzero(np.diff(np.pad(step.astype(np.int8), 1)))
    return (slice(int(start), int(end) + 1) for start, end in edges.reshape(-1, 2))


def _split_repeats(relative_ev: Float64Array, run: slice) -> Iterator[slice]:
    """A new bracket begins with a frame of the same exposure as an earlier frame of the bracket."""
    start, levels = run.start, set[int]()
    for frame in range(run.start, run.stop):
        level = round(float(relative_ev[frame]) * 6)  # sixths of an EV
        if level in levels:
            yield slice(start, frame)
            start, levels = frame, set()
        levels.add(level)
    yield slice(start, run.stop)
