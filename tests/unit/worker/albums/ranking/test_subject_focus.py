"""Of two frames, the one that is sharp on the subject is the better, and the reasons say where they are sharp."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter
from tests.support.photos import cat

from critic_core.contracts.album import PhotoFeatures
from critic_core.contracts.critique import AfArea, EyeState, Face, Fingerprint, Focus, Horizon, SubjectSource
from critic_core.imaging.focus.measure import measure_focus
from critic_core.imaging.properties import View, measure_all
from critic_worker.albums.explaining.reasons import reasons_in_groups
from critic_worker.albums.ranking.quality import best_of, quality
from critic_worker.albums.ranking.subject_focus import group_focus

TOGETHER = np.zeros(2, np.int64)
FACE = Face(left=0.3, top=0.2, width=0.4, height=0.5, confidence=1, detail=1, eyes=EyeState.open, eyes_confidence=1)


def frame(*, sharp_inside: bool, faces: tuple[Face, ...] = (), soft: bool = False) -> PhotoFeatures:
    return features(picture(sharp_inside=sharp_inside, soft=soft), faces)


def focus_of(*, sharp_inside: bool, area: AfArea) -> Focus:
    return measure_focus(np.asarray(picture(sharp_inside=sharp_inside)), (), area)


def picture(*, sharp_inside: bool, soft: bool = False) -> Image.Image:
    photo = cat()
    blurred = photo.filter(ImageFilter.GaussianBlur(3))
    mask = Image.new("L", photo.size)
    width, height = photo.size
    ImageDraw.Draw(mask).ellipse((0.3 * width, 0.2 * height, 0.7 * width, 0.7 * height), fill=255)
    image = Image.composite(photo, blurred, mask) if sharp_inside else Image.composite(blurred, photo, mask)
    return blurred if soft else image


def features(image: Image.Image, faces: tuple[Face, ...] = (), horizon: Horizon | None = None) -> PhotoFeatures:
    pixels = np.asarray(image)
    return PhotoFeatures(
        score=50,
        percentile=50,
        properties={name: measured.value for name, measured in measure_all(View(pixels)).items()},
        fingerprint=Fingerprint(perceptual_hash="0" * 16, difference_hash="0" * 16, pixels_sha256="", embedding=""),
        faces=faces,
        focus=measure_focus(pixels, faces),
        horizon=horizon,
    )


def codes(photos: list[PhotoFeatures]) -> list[set[str]]:
    found = reasons_in_groups(photos, quality(photos, TOGETHER), TOGETHER, np.zeros(len(photos)))
    return [{reason.code for reason in reasons} for reasons in found]


@pytest.mark.parametrize("faces", [(), (FACE,)], ids=["no face", "face"])
def test_the_frame_with_the_sharp_subject_is_the_best(faces: tuple[Face, ...]) -> None:
    frames = [frame(sharp_inside=False), frame(sharp_inside=True, faces=faces)]
    assert best_of(frames, TOGETHER).tolist() == [1, 1]


def test_where_the_camera_focused_comes_before_what_is_salient_and_after_faces() -> None:
    edge = AfArea(left=0.05, top=0.9, width=0, height=0)
    frames = [
        frame(sharp_inside=sharp).model_copy(update={"focus": focus_of(sharp_inside=sharp, area=edge)})
        for sharp in (True, False)
    ]
    assert best_of(frames, TOGETHER).tolist() == [1, 1]
    focus = group_focus([frames[1], frame(sharp_inside=True, faces=(FACE,))])
    assert focus is not None
    assert focus.source is SubjectSource.faces


def test_what_is_salient_decides_between_cameras_that_focused_differently() -> None:
    middle, edge = (AfArea(left=at, top=at, width=0, height=0) for at in (0.45, 0.93))
    frames = [
        frame(sharp_inside=sharp).model_copy(update={"focus": focus_of(sharp_inside=sharp, area=area)})
        for sharp, area in ((True, middle), (False, edge))
    ]
    assert best_of(frames, TOGETHER).tolist() == [0, 0]


def test_reasons_say_where_a_frame_is_sharp() -> None:
    behind, on_face = codes([frame(sharp_inside=False), frame(sharp_inside=True, faces=(FACE,))])
    assert on_face >= {"best_in_group", "sharp_on_face"}
    assert "face_out_of_focus" in behind
    assert not {"sharpest_in_group", "blurred"} & (behind | on_face)


def test_a_frame_that_is_soft_everywhere_is_blurred_and_not_sharp_elsewhere() -> None:
    _, soft = codes([frame(sharp_inside=True), frame(sharp_inside=True, soft=True)])
    assert "subject_out_of_focus" not in soft


def test_frames_of_older_critiques_are_compared_by_the_whole_photo() -> None:
    older = frame(sharp_inside=True).model_copy(update={"focus": None})
    assert group_focus([older, frame(sharp_inside=True)]) is None
    assert np.isfinite(quality([older, frame(sharp_inside=False)], TOGETHER)).all()


def test_closed_eyes_decide_and_are_named_where_another_frame_shows_them_open() -> None:
    closed = FACE.model_copy(update={"eyes": EyeState.closed, "eyes_confidence": 0.97})
    frames = [features(cat(), (closed,)), features(cat(), (FACE,))]
    assert best_of(frames, TOGETHER).tolist() == [1, 1]
    assert "eyes_closed" in codes(frames)[0]
    assert not any("eyes_closed" in found for found in codes([frames[0], frames[0]]))


def test_a_tilted_frame_goes_behind_a_level_one_and_is_called_tilted() -> None:
    level, tilted = Horizon(degrees=0.25, confidence=0.6), Horizon(degrees=-6, confidence=0.6)
    frames = [features(cat(), horizon=tilted), features(cat(), horizon=level)]
    assert best_of(frames, TOGETHER).tolist() == [1, 1]
    assert "tilted" in codes(frames)[0]


def test_every_label_of_a_subject_lies_within_its_photo() -> None:
    labels = Path(__file__).parents[4] / "data" / "subjects"
    for name, rows in (("subjects.csv", 40), ("faces.csv", 860)):
        lines = (labels / name).read_text().splitlines()[1:]
        boxes = np.array([[float(value) for value in line.split(",")[1:5]] for line in lines])
        assert len(boxes) == rows
        assert ((boxes[:, :2] < boxes[:, 2:]).all(axis=1) & (boxes >= 0).all(axis=1) & (boxes <= 1).all(axis=1)).all()
