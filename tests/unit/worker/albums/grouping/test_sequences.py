"""Brackets, stacks and panoramas are found and stay whole; bursts and walks are none."""

from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.support.photos import cat
from tests.support.work import growth

from critic_core.contracts.album import SequenceKind
from critic_worker.albums.grouping.sequences import NO_SEQUENCE, Frames, sequences
from critic_worker.albums.thumbnails.shifts import SIDE

BRACKET, STACK, PANORAMA = SequenceKind.exposure_bracket, SequenceKind.focus_stack, SequenceKind.panorama
SCENE = np.asarray(cat((160, 120)).convert("L"))


def view(left: float = 0.2, top: float = 0.2, gain: float = 1.0) -> np.ndarray:
    """The thumbnail of a camera that shows six tenths of the scene each way."""
    height, width = SCENE.shape
    crop = SCENE[int(top * height) : int((top + 0.6) * height), int(left * width) : int((left + 0.6) * width)]
    small = Image.fromarray(crop).resize((SIDE, SIDE), Image.Resampling.BOX)
    return np.clip(np.asarray(small) * gain, 0, 255).astype(np.uint8)


def frame(second: float, **columns: Any) -> dict[str, Any]:
    plain = {
        "taken": second, "order": 0, "camera": 0, "exposure": 0.01, "f_number": 4.0, "iso": 100.0, "bias": 0.0,
        "focal": 35.0, "distance": np.nan, "hashes": 0, "thumbnail": view(),
    }  # fmt: skip
    return plain | columns


def frames(*made: dict[str, Any]) -> Frames:
    def all_of(name: str) -> np.ndarray:
        kinds = {"camera": np.int64, "order": np.int64, "hashes": np.uint64, "thumbnail": np.uint8}
        values = np.array([photo[name] for photo in made], kinds.get(name, np.float64))
        return values.reshape(-1, SIDE, SIDE) if name == "thumbnail" else values

    return Frames(**{name: all_of(name) for name in Frames.__dataclass_fields__})


def found(*made: dict[str, Any]) -> list[tuple[SequenceKind, list[int]]]:
    album = sequences(frames(*made))
    return [(kind, np.flatnonzero(album.sequence == number).tolist()) for number, kind in enumerate(album.kinds)]


def bracket(start: float = 0, *bias: float, **columns: Any) -> list[dict[str, Any]]:
    return [
        frame(start + number, bias=ev, exposure=0.01 * 2**ev, thumbnail=view(gain=2 ** (ev / 2.2)), **columns)
        for number, ev in enumerate(bias or (0, -2, 2))
    ]


def panorama(start: float = 0, *lefts: float, **columns: Any) -> list[dict[str, Any]]:
    return [
        frame(start + 3 * number, thumbnail=view(left), hashes=(2**40 - 1) << 12 if number % 2 else 0, **columns)
        for number, left in enumerate(lefts or (0, 0.2, 0.4))
    ]


def burst(start: float = 0, count: int = 5, **columns: Any) -> list[dict[str, Any]]:
    return [frame(start + 0.2 * number, thumbnail=view(0.2 + 0.005 * number), **columns) for number in range(count)]


def stack(*distances: float, **columns: Any) -> list[dict[str, Any]]:
    return [frame(number, distance=metres, **columns) for number, metres in enumerate(distances)]


def test_a_bracket_is_one() -> None:
    assert found(*bracket()) == [(BRACKET, [0, 1, 2])]


def test_two_brackets_in_a_row_are_two() -> None:
    assert found(*bracket(0), *bracket(3)) == [(BRACKET, [0, 1, 2]), (BRACKET, [3, 4, 5])]


def test_five_exposures_are_one() -> None:
    assert found(*bracket(0, 0, -2, -1, 1, 2)) == [(BRACKET, [0, 1, 2, 3, 4])]


def test_a_bracket_by_shutter_alone() -> None:
    made = [frame(number, exposure=seconds) for number, seconds in enumerate((0.01, 0.0025, 0.04))]
    assert found(*made) == [(BRACKET, [0, 1, 2])]
    metered = [frame(number, exposure=seconds) for number, seconds in enumerate((0.01, 0.013, 0.009))]
    assert found(*metered) == []


def test_a_long_exposure_is_no_pause() -> None:
    made = [frame(at, bias=ev, exposure=s) for at, ev, s in ((0, -2, 2.0), (3, 0, 8.0), (12, 2, 30.0))]
    assert found(*made) == [(BRACKET, [0, 1, 2])]


@pytest.mark.parametrize(
    "change",
    [
        {"taken": 60.0}, {"camera": 1}, {"focal": 85.0}, {"f_number": 8.0}, {"thumbnail": 255 - view(0.4, 0.0)},
    ],
)  # fmt: skip
def test_a_foreign_frame_breaks_it(change: dict[str, Any]) -> None:
    made = bracket()
    assert found(*made[:2], made[2] | change) == []


def test_a_focus_stack_needs_the_distance_in_exif() -> None:
    assert found(*stack(0.5, 0.6, 0.8, 1.2)) == [(STACK, [0, 1, 2, 3])]
    assert found(*stack(1.2, 0.8, 0.5)) == [(STACK, [0, 1, 2])]
    assert found(*stack(0.5, 0.8, 0.6, 0.9)) == []


def test_a_burst_is_no_sequence() -> None:
    assert found(*burst()) == []
    assert found(*burst(distance=2.0)) == []


@pytest.mark.parametrize("lefts", [(0, 0.2, 0.4), (0.4, 0.2, 0.0), (0, 0.15, 0.3, 0.4)])
def test_a_panorama_is_one_either_way(lefts: tuple[float, ...]) -> None:
    assert found(*panorama(0, *lefts)) == [(PANORAMA, list(range(len(lefts))))]


def test_a_panorama_may_have_nine_tenths_of_overlap() -> None:
    turn = panorama(0, *(0.06 * number for number in range(7)))
    assert found(*turn) == [(PANORAMA, list(range(7)))]
    assert found(*turn[:3]) == []  # hardly turned


def test_a_camera_that_follows_something_makes_no_panorama() -> None:
    """Seven frames a second, with and without fractions of seconds."""
    turn = panorama(0, *(0.06 * number for number in range(7)))
    assert found(*(photo | {"taken": number / 7} for number, photo in enumerate(turn))) == []
    assert found(*(photo | {"taken": number // 5, "order": number} for number, photo in enumerate(turn))) == []


def test_a_panorama_of_brackets_is_one() -> None:
    places = [
        [
            photo | {"thumbnail": view(left, gain=2 ** (photo["bias"] / 2.2))}
            for photo in bracket(5 * number, hashes=code)
        ]
        for number, (left, code) in enumerate(((0, 0), (0.2, 2**40 - 1), (0.4, 0)))
    ]
    assert found(*(photo for place in places for photo in place)) == [(PANORAMA, list(range(9)))]
    two = [photo for place in places[:2] for photo in place]
    assert found(*two) == [(BRACKET, [0, 1, 2]), (BRACKET, [3, 4, 5])]


def test_looking_to_and_fro_is_none() -> None:
    assert found(*panorama(0, 0, 0.2, 0, 0.2)) == []


def test_a_panorama_needs_the_same_focal_length_and_little_time() -> None:
    assert found(*panorama(focal=np.nan)) == []
    made = panorama()
    assert found(made[0], made[1], made[2] | {"taken": 100.0}) == []


def test_walking_about_is_no_panorama() -> None:
    random = np.random.default_rng(0)
    made = [
        frame(3 * number, thumbnail=random.integers(0, 255, (SIDE, SIDE)), hashes=int(random.integers(0, 2**63)))
        for number in range(40)
    ]
    assert found(*made) == []


def test_without_exif_nothing_is_guessed() -> None:
    nothing = dict.fromkeys(("taken", "exposure", "f_number", "iso", "bias", "focal", "distance"), np.nan)
    assert found(*(photo | nothing for photo in [*bracket(), *panorama()])) == []
    assert sequences(frames()).kinds == []
    assert sequences(frames(frame(0))).sequence.tolist() == [NO_SEQUENCE]


def test_two_cameras_at_once_keep_their_sequences_apart() -> None:
    first, second = bracket(0), bracket(0.5, camera=1)
    mixed = [photo for pair in zip(first, second, strict=True) for photo in pair]
    assert found(*mixed) == [(BRACKET, [0, 2, 4]), (BRACKET, [1, 3, 5])]


@pytest.mark.parametrize("seed", range(5))
def test_the_order_does_not_matter(seed: int) -> None:
    made = [*bracket(0), *burst(20), *panorama(100), *stack(0.5, 0.6, 0.9)[:0], *bracket(200, 0, 1, -1)]
    turned = np.random.default_rng(seed).permutation(len(made)).tolist()
    plain = {(kind, tuple(members)) for kind, members in found(*made)}
    mixed = {
        (kind, tuple(sorted(turned[number] for number in members)))
        for kind, members in found(*(made[number] for number in turned))
    }
    assert mixed == plain
    assert len(plain) == 3


def album_of(photos: int) -> Frames:
    made = [photo for start in range(0, photos, 10) for photo in (*bracket(100 * start), *burst(100 * start + 50, 7))]
    return frames(*made)


def test_the_work_grows_with_the_photos_and_not_with_their_pairs() -> None:
    small, large = album_of(1000), album_of(10_000)
    assert len(sequences(large).kinds) == 1000
    assert growth(lambda: sequences(small), lambda: sequences(large)) < 40  # of pairs there are 100 times as many


def test_equal_times_are_ordered_by_file_name() -> None:
    """Without sub-seconds: a bracket's frames lie in one second, and its hashes are in no order."""
    frames_in_order = bracket(0, -2, 0, 2)
    same_second = [
        {**made, "taken": 0.0, "order": number, "hashes": 9 - number} for number, made in enumerate(frames_in_order)
    ]
    assert found(*same_second) == [(BRACKET, [0, 1, 2])]
