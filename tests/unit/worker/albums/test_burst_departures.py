"""Most frames of a burst are held and exposed alike: one that departs is no keeper, and says so."""

import base64
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from tests.unit.worker.albums.test_quality import photo
from tests.unit.worker.albums.test_registration import frame, thumbnail

from critic_core.contracts.album import PhotoFeatures
from critic_core.contracts.critique import Capture, PropertyName
from critic_worker.albums.burst_departures import turns
from critic_worker.albums.focus_reasons import TILTED, focus_reasons
from critic_worker.albums.quality import best_of


def turned(degrees: float, score: float = 50, seconds: float = 0, lightness: float = 50) -> PhotoFeatures:
    code = base64.b64encode(thumbnail(frame(degrees)).tobytes()).decode()
    plain = photo(score)
    return plain.model_copy(
        update={
            "fingerprint": plain.fingerprint.model_copy(update={"thumbnail": code}),
            "properties": plain.properties | {PropertyName.exposure: lightness},
            "capture": Capture(taken_at=datetime(2026, 6, 1, tzinfo=UTC) + timedelta(seconds=seconds)),
        }
    )


def test_degrees_from_the_median_frame() -> None:
    assert turns([turned(6), turned(0), turned(-0.5), turned(0.5)]) == pytest.approx([6, 0.3, 0.8, 0.3], abs=0.7)


def test_of_two_frames_nothing_says_which_is_turned() -> None:
    assert turns([turned(6), turned(0)]).tolist() == [0, 0]


def test_frames_of_other_pictures_and_of_old_critiques_have_none() -> None:
    assert turns([photo(), photo(), photo()]).tolist() == [0, 0, 0]
    assert turns([turned(0), turned(0), photo(), turned(5)])[2] == 0


FAULTS = {
    "turned": {"degrees": 5},
    "darker": {"degrees": 0, "lightness": 30},
    "brighter": {"degrees": 0, "lightness": 75},
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_a_frame_unlike_the_others_of_its_burst_is_not_saved_by_a_better_score(fault: dict[str, float]) -> None:
    frames = [turned(0, 50), turned(**fault, score=60, seconds=0.4), turned(0.4, 49, seconds=0.8)]
    assert best_of(frames, np.zeros(3, np.int64)).tolist() == [0, 0, 0]


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_who_takes_longer_may_have_corrected_the_others(fault: dict[str, float]) -> None:
    frames = [turned(0, 50), turned(0.4, 49, seconds=30), turned(**fault, score=60, seconds=60)]
    assert best_of(frames, np.zeros(3, np.int64)).tolist() == [2, 2, 2]


def test_a_turned_frame_says_so() -> None:
    frames = [turned(0), turned(5, seconds=0.4), turned(0.4, seconds=0.8)]
    assert focus_reasons(frames).reasons[TILTED].tolist() == [False, True, False]
