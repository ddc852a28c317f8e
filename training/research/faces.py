"""Accuracy of faces and eyes on faces labelled by hand (tests/data/subjects/faces.csv).

    python -m training.research.faces --photos $CRITIC_DATA

Boxes: OASIS people, faces of at least a tenth of the photo's height. The labels began as detections, each checked by
eye, and faces that the detector missed were added: intersections are those of the detector's own boxes. Eyes: faces of
the split `report`; the limits of openness were chosen on the split `calibration`.
"""

import argparse
import csv
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from training.research.focus import wilson_interval
from training.research.subject_pairs import LABELS, Box

from critic_core.contracts.critique import EyeState, Face
from critic_core.imaging.faces.measure import find_faces
from critic_worker.decoding.face_networks import load_face_networks

_LEAST_HEIGHT = 0.1
_SAME = 0.4  # intersection over union


@dataclass(frozen=True)
class Label:
    """A face labelled by hand."""

    box: Box
    eyes: EyeState
    split: str


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True, help="folder with oasis, ccby, pool and more")
    folder = parser.parse_args().photos
    found_labels, labels, matched, found, eyes = 0, 0, 0, 0, Counter[tuple[EyeState, EyeState]]()
    for photo, of_photo in _labels().items():
        faces = find_faces(np.asarray(Image.open(folder / photo).convert("RGB")), load_face_networks())
        if photo.startswith("oasis"):
            large = [label for label in of_photo if label.box[3] - label.box[1] >= _LEAST_HEIGHT]
            labels += len(large)
            found_labels += sum(_match(label.box, faces) is not None for label in large)
            large_faces = [face for face in faces if face.height >= _LEAST_HEIGHT]
            found += len(large_faces)
            matched += sum(any(_overlap(label.box, face) >= _SAME for label in of_photo) for face in large_faces)
        for label in of_photo:
            face = _match(label.box, faces)
            if label.split == "report" and label.eyes is not EyeState.unknown and face is not None:
                eyes[label.eyes, face.eyes] += 1
    _print_share("faces found", found_labels, labels)
    _print_share("found faces that are faces", matched, found)
    for truth in (EyeState.open, EyeState.closed):
        total = sum(count for (label, _), count in eyes.items() if label is truth)
        for state in EyeState:
            _print_share(f"{truth} eyes called {state}", eyes[truth, state], total)


def _print_share(name: str, count: int, total: int) -> None:
    print(f"- {name}: {count} of {total}, {count / total:.3f} {wilson_interval(count / total, total)}")


def _labels() -> dict[str, list[Label]]:
    by_photo: dict[str, list[Label]] = defaultdict(list)
    with (LABELS / "faces.csv").open(newline="") as lines:
        for row in csv.DictReader(lines):
            left, top, right, bottom = (float(row[side]) for side in ("left", "top", "right", "bottom"))
            by_photo[row["file"]].append(Label((left, top, right, bottom), EyeState(row["eyes"]), row["split"]))
    return by_photo


def _match(box: Box, faces: tuple[Face, ...]) -> Face | None:
    best = max(faces, key=lambda face: _overlap(box, face), default=None)
    return best if best is not None and _overlap(box, best) >= _SAME else None


def _overlap(box: Box, face: Face) -> float:
    """Intersection over union."""
    across = min(box[2], face.left + face.width) - max(box[0], face.left)
    down = min(box[3], face.top + face.height) - max(box[1], face.top)
    common = max(0.0, across) * max(0.0, down)
    return common / ((box[2] - box[0]) * (box[3] - box[1]) + face.width * face.height - common)


if __name__ == "__main__":
    main()
