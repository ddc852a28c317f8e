"""Suggestions as settings of Camera Raw, in the coordinates of the stored photo."""

import json
import math
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from tests.support.critiques import make_critique

from critic_core.contracts.critique import ImageFacts
from critic_core.contracts.insight import (
    CropAspect,
    CropSuggestion,
    ExposureSuggestion,
    StraightenSuggestion,
    Suggestion,
)
from critic_core.exports.develop_sidecar import develop_sidecar
from critic_core.exports.xmp_document import XmpDocument
from critic_core.imaging.orientation import turn_array
from critic_core.metadata.namespaces import CAMERA_RAW

GAIN = {"sentence": "", "percent": 40, "gain": 9, "gain_low": 7, "gain_high": 11}
CROP = CropSuggestion(aspect=CropAspect.square, left=0.1, top=0.2, width=0.5, height=0.6, **GAIN)


def facts(orientation: int = 1) -> ImageFacts:
    return make_critique().image.model_copy(update={"width": 600, "height": 400, "orientation": orientation})


def settings(suggestion: Suggestion, orientation: int = 1) -> dict[str, str]:
    document = XmpDocument(develop_sidecar(suggestion, facts(orientation)))
    names = ("HasSettings", "Exposure2012", "HasCrop", "CropAngle", "CropLeft", "CropTop", "CropRight", "CropBottom")
    values = {name: document.value(f"{{{CAMERA_RAW}}}{name}") for name in names}
    return {name: value for name, value in values.items() if value is not None}


def corners(suggestion: Suggestion, orientation: int = 1) -> list[float]:
    found = settings(suggestion, orientation)
    return [float(found[f"Crop{side}"]) for side in ("Left", "Top", "Right", "Bottom")]


def test_exposure_changes_exposure_alone() -> None:
    found = settings(ExposureSuggestion(stops=-0.7, **GAIN))
    assert found == {"HasSettings": "True", "Exposure2012": "-0.70"}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_crop_of_the_stored_photo_is_that_of_the_upright_photo(orientation: int) -> None:
    size = (400, 600) if orientation >= 5 else (600, 400)
    stored = np.random.default_rng(0).integers(0, 256, (*size[::-1], 3)).astype(np.float32)
    left, top, right, bottom = (share * side for share, side in zip(corners(CROP, orientation), size * 2, strict=True))
    crop = stored[round(top) : round(bottom), round(left) : round(right)]
    assert np.array_equal(turn_array(crop, orientation), turn_array(stored, orientation)[80:320, 60:360])


@pytest.mark.parametrize(("orientation", "angle"), [(1, "-5.00"), (3, "-5.00"), (6, "-5.00"), (2, "5.00"), (5, "5.00")])
def test_a_turn_has_an_angle_against_the_clock_and_the_corners_of_the_turned_frame(
    orientation: int, angle: str
) -> None:
    turn = StraightenSuggestion(degrees=5, share=0.88, **GAIN)
    assert settings(turn, orientation)["CropAngle"] == angle
    width, height = (400, 600) if orientation >= 5 else (600, 400)
    left, top, right, bottom = corners(turn, orientation)
    radians = math.radians(-float(angle))
    across, down = (right - left) * width, (bottom - top) * height
    turned = (
        across * math.cos(radians) - down * math.sin(radians),
        across * math.sin(radians) + down * math.cos(radians),
    )
    assert turned[0] / turned[1] == pytest.approx(width / height, rel=1e-3)
    assert turned[0] / width == pytest.approx(0.88, rel=1e-3)


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="needs exiftool")
def test_exiftool_reads_the_settings(tmp_path: Path) -> None:
    sidecar = tmp_path / "IMG.xmp"
    sidecar.write_bytes(develop_sidecar(CROP, facts()))
    found = subprocess.run(["exiftool", "-json", "-XMP-crs:all", sidecar], check=True, capture_output=True, timeout=60)
    (tags,) = json.loads(found.stdout)
    assert (tags["HasCrop"], tags["CropLeft"], tags["CropBottom"], tags["CropAngle"]) == (True, 0.1, 0.8, 0)
