"""Recall of sequences, and their false positives, on imitations made of real photographs.

    python -m training.research.sequences --photos $CRITIC_DATA/ccby/images

Panoramas are crops of a photograph side by side, each a little turned, higher or lower, and lighter or darker. Brackets
are the same frame in other light (linear), clipped. Stacks are sharp in another third each. Thresholds were chosen on
the photographs with an even number; these figures are of those with an odd one.
"""

import argparse
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from critic_core.contracts.album import PhotoFeatures, SequenceKind
from critic_core.contracts.critique import Capture
from critic_core.imaging.fingerprint import fingerprint
from critic_core.imaging.properties import View
from critic_worker.albums.features.capture_facts import taken_seconds
from critic_worker.albums.grouping.sequences import Sequences, sequences
from critic_worker.albums.table import frames_of, similarity_features

BEGAN = datetime(2026, 6, 1, 9)  # noqa: DTZ001 - a camera's clock has no zone
Frame = tuple[Image.Image, Capture]
Imitation = Callable[[Image.Image, np.random.Generator], list[Frame]]


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True)
    paths = sorted(parser.parse_args().photos.glob("*.jpg"))[1::2]
    for name, (imitate, expected) in IMITATIONS.items():
        random = np.random.default_rng(0)
        right = [as_expected(find_sequences(imitate(read_photo(path), random)), expected) for path in paths]
        print(f"| {name} | {np.mean(right):.3f} | {len(paths)} |")


def as_expected(found: Sequences, expected: SequenceKind | None) -> bool:
    """One sequence of that kind with every frame, or none."""
    if expected is None:
        return not found.kinds
    return list(found.kinds) == [expected] and bool((found.sequence == 0).all())


def read_photo(path: Path) -> Image.Image:
    with Image.open(path) as photo:
        return photo.convert("RGB")


def find_sequences(frames: list[Frame]) -> Sequences:
    """By the worker's code."""
    features = [
        PhotoFeatures(
            score=0,
            percentile=0,
            properties={},
            fingerprint=fingerprint(View(np.asarray(photo)), np.ones(1)),
            capture=capture,
        )
        for photo, capture in frames
    ]
    similarity = similarity_features(features, taken_seconds(features))
    return sequences(frames_of(features, np.arange(len(features)), similarity))


def panorama(photo: Image.Image, random: np.random.Generator) -> list[Frame]:
    """Three crops, each 40 % further to the right."""
    return [(_crop(photo, 0.22 * number, random), _capture(4 * number)) for number in range(3)]


def slow_turn(photo: Image.Image, random: np.random.Generator) -> list[Frame]:
    """Seven crops, each a tenth of the frame further, two seconds apart."""
    return [(_crop(photo, 0.055 * number, random), _capture(2 * number)) for number in range(7)]


def turn_of_brackets(photo: Image.Image, random: np.random.Generator) -> list[Frame]:
    """A bracket at each of three places, each 40 % further."""
    return [
        (_lit(_crop(photo, 0.22 * stop, random), ev), _capture(5 * stop + number, exposure_bias_ev=ev))
        for stop in range(3)
        for number, ev in enumerate((0.0, -2.0, 2.0))
    ]


def panning_burst(photo: Image.Image, random: np.random.Generator) -> list[Frame]:
    """Seven frames in a second and a half, whose times have no fractions; the camera follows something."""
    subject = photo.crop((0, 0, photo.width // 6, photo.height // 4))
    frames = [(_crop(photo, 0.055 * number, random), _capture(number // 5)) for number in range(7)]
    for crop, _ in frames:
        crop.paste(subject, (crop.width // 2, crop.height // 2))
    return frames


def burst(photo: Image.Image, random: np.random.Generator) -> list[Frame]:
    """Five frames, hardly moved."""
    return [(_crop(photo, random.uniform(0.2, 0.22), random), _capture(number / 5)) for number in range(5)]


def bracket(photo: Image.Image, random: np.random.Generator) -> list[Frame]:
    """0, −2 and +2 EV, hardly moved."""
    return [
        (_lit(_crop(photo, random.uniform(0.2, 0.21), random), ev), _capture(number, exposure_bias_ev=ev))
        for number, ev in enumerate((0.0, -2.0, 2.0))
    ]


def stack(photo: Image.Image, random: np.random.Generator) -> list[Frame]:
    """Three frames, each sharp in another third of the picture."""
    return [
        (_sharp_in(_crop(photo, 0.2, random), third), _capture(number, focus_distance_m=1.0 + number))
        for number, third in enumerate((0, 1, 2))
    ]


def bracketing_while_walking(photo: Image.Image, random: np.random.Generator) -> list[Frame]:
    """Another bias for each of three different pictures: no bracket."""
    crops = [_crop(photo, 0.0, random), _crop(photo.transpose(Image.Transpose.ROTATE_180), 0.1, random)]
    crops.append(_crop(photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT), 0.3, random))
    return [(crop, _capture(number, exposure_bias_ev=float(number))) for number, crop in enumerate(crops)]


IMITATIONS: dict[str, tuple[Imitation, SequenceKind | None]] = {
    "panorama of three, found whole": (panorama, SequenceKind.panorama),
    "panorama of seven, 90 % overlap, found whole": (slow_turn, SequenceKind.panorama),
    "panorama of three brackets, found whole": (turn_of_brackets, SequenceKind.panorama),
    "panning burst of seven, taken for nothing": (panning_burst, None),
    "exposure bracket of three, found whole": (bracket, SequenceKind.exposure_bracket),
    "focus stack of three, found whole": (stack, SequenceKind.focus_stack),
    "burst of five, taken for nothing": (burst, None),
    "three pictures with other biases, taken for nothing": (bracketing_while_walking, None),
}


def _crop(photo: Image.Image, left: float, random: np.random.Generator) -> Image.Image:
    width, height = photo.size
    top = random.uniform(0.02, 0.06)
    box = (int(left * width), int(top * height), int((left + 0.55) * width), int((top + 0.9) * height))
    return _lit(photo.crop(box), random.uniform(-0.2, 0.2)).rotate(random.uniform(-1, 1), Image.Resampling.BICUBIC)


def _lit(photo: Image.Image, ev: float) -> Image.Image:
    linear = (np.asarray(photo, np.float32) / 255) ** 2.2 * 2**ev
    return Image.fromarray((255 * np.clip(linear, 0, 1) ** (1 / 2.2)).astype(np.uint8))


def _sharp_in(photo: Image.Image, third: int) -> Image.Image:
    soft = photo.filter(ImageFilter.GaussianBlur(photo.width / 60))
    box = (photo.width * third // 3, 0, photo.width * (third + 1) // 3, photo.height)
    soft.paste(photo.crop(box), box)
    return soft


def _capture(second: float, **values: float) -> Capture:
    plain = {"exposure_seconds": 0.01, "f_number": 4.0, "iso": 100.0, "focal_length_mm": 35.0}
    return Capture(taken_at=BEGAN + timedelta(seconds=second), camera="Test", **(plain | values))


if __name__ == "__main__":
    main()
