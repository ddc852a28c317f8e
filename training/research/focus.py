"""Accuracy of the choice between frames that differ only in what is sharp.

    python -m training.research.focus --photos $CRITIC_DATA

Two hundred pairs (`training.research.subject_pairs`): in one frame the subject is sharp, in the other everything else.
With AF areas, the first frame states the middle of the subject, and the second a point beside the subject.
"""

import argparse
from collections import defaultdict
from pathlib import Path

import numpy as np
from PIL import Image
from training.research.subject_pairs import Box, frames, subjects

from critic_core.contracts.album import PhotoFeatures
from critic_core.contracts.critique import AfArea, Fingerprint, PropertyName
from critic_core.imaging.faces.measure import find_faces
from critic_core.imaging.focus.measure import measure_focus
from critic_core.imaging.properties import View, measure_all
from critic_worker.albums.ranking.subject_focus import group_focus
from critic_worker.decoding.face_networks import load_face_networks

_NO_FINGERPRINT = Fingerprint(perceptual_hash="0" * 16, difference_hash="0" * 16, pixels_sha256="", embedding="")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True, help="folder with ccby, oasis and vessel")
    results: dict[str, list[tuple[bool, bool, bool]]] = defaultdict(list)
    for number, subject in enumerate(subjects(parser.parse_args().photos)):
        pair = frames(subject, number)
        features = [frame_features(frame) for frame in pair]
        focused = [_with_area(*shot) for shot in zip(pair, features, _areas(subject.box, number), strict=True)]
        for name in (subject.kind, "all"):
            results[name].append((_by_detail(features), by_subject(features), by_subject(focused)))
    print("| subject | pairs | fine detail of the whole photo | subject focus | with AF areas |\n|---|---|---|---|---|")
    for name, right in results.items():
        whole, *shares = np.mean(right, axis=0)
        cells = " | ".join(f"{share:.3f} {wilson_interval(share, len(right))}" for share in shares)
        print(f"| {name} | {len(right)} | {whole:.3f} | {cells} |")


def _areas(box: Box, number: int) -> list[AfArea]:
    random = np.random.default_rng(number)
    left, top, right, bottom = box
    point = random.uniform(0, 1, 2)
    while left <= point[0] <= right and top <= point[1] <= bottom:
        point = random.uniform(0, 1, 2)
    return [AfArea(left=x, top=y, width=0, height=0) for x, y in (((left + right) / 2, (top + bottom) / 2), point)]


def _with_area(frame: Image.Image, features: PhotoFeatures, area: AfArea) -> PhotoFeatures:
    return features.model_copy(update={"focus": measure_focus(np.asarray(frame), features.faces, area)})


def frame_features(frame: Image.Image) -> PhotoFeatures:
    """The features by which focus is compared, by the worker's code."""
    pixels = np.asarray(frame)
    faces = find_faces(pixels, load_face_networks())
    return PhotoFeatures(
        score=50,
        percentile=50,
        properties={name: measured.value for name, measured in measure_all(View(pixels)).items()},
        fingerprint=_NO_FINGERPRINT,
        faces=faces,
        focus=measure_focus(pixels, faces),
    )


def _by_detail(features: list[PhotoFeatures]) -> bool:
    right, wrong = (photo.properties[PropertyName.fine_detail] for photo in features)
    return right > wrong


def by_subject(features: list[PhotoFeatures]) -> bool:
    focus = group_focus(features)
    assert focus is not None
    return bool(focus.subject[0] > focus.subject[1])


def wilson_interval(share: float, count: int) -> str:
    """The 95 % interval of a share."""
    z = 1.96
    middle, width = share + z**2 / (2 * count), z * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    low, high = ((middle + sign * width) / (1 + z**2 / count) for sign in (-1, 1))
    return f"[{low:.3f}, {high:.3f}]"


if __name__ == "__main__":
    main()
