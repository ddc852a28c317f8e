"""Most frames of a burst are held and exposed alike: one that departs is not the best, and says so."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from tests.unit.worker.albums.ranking.test_quality import photo
from tests.unit.worker.albums.thumbnails.test_registration import frame, thumbnail

from critic_core.contracts.album import PhotoFeatures
from critic_core.contracts.critique import Capture, Horizon, PropertyName
from critic_worker.albums.explaining.focus_reasons import TILTED, focus_reasons
from critic_worker.albums.ranking.burst_departures import burst_departures
from critic_worker.albums.ranking.quality import best_of

FRAME_SECONDS = 0.4
FAULTS: dict[str, dict[str, Any]] = {
    "turned": {"degrees": 5},
    "darker": {"lightness": 30},
    "brighter": {"lightness": 75},
}


def shot(
    number: int, degrees: float = 0, score: float = 50, lightness: float = 50, camera: str | None = "A", **fields: Any
) -> PhotoFeatures:
    """A frame of a burst, by its number."""
    code = base64.b64encode(thumbnail(frame(degrees)).tobytes()).decode()
    taken = datetime(2026, 6, 1, tzinfo=UTC) + timedelta(seconds=FRAME_SECONDS * number)
    plain = photo(score)
    return plain.model_copy(
        update={
            "fingerprint": plain.fingerprint.model_copy(update={"thumbnail": code}),
            "properties": plain.properties | {PropertyName.exposure: lightness},
            "capture": Capture(taken_at=taken, camera=camera),
            **fields,
        }
    )


def group(count: int) -> np.ndarray:
    return np.zeros(count, np.int64)


def turn(*frames: PhotoFeatures) -> list[float]:
    return burst_departures(frames, group(len(frames))).turn.tolist()


def test_degrees_and_stops_from_the_median_frame() -> None:
    frames = [shot(0, 6), shot(1, 0, lightness=63.2), shot(2, -0.5), shot(3, 0.5)]
    departures = burst_departures(frames, group(4))
    assert departures.turn == pytest.approx([6, 0.3, 0.8, 0.3], abs=0.7)
    assert departures.exposure == pytest.approx([0, 0.8, 0, 0], abs=0.1)


@pytest.mark.parametrize(
    "frames",
    [
        pytest.param([shot(0), shot(1, 6)], id="of two, nothing says which is turned"),
        pytest.param([shot(0), shot(0), shot(0), shot(9, 6)], id="copies have the time of their original"),
        pytest.param(
            [shot(n, 6 * (n == 1), camera=None) for n in range(3)], id="a time without a camera may be a copy's"
        ),
        pytest.param([shot(0), shot(1, camera="B"), shot(2, 6)], id="two cameras"),
        pytest.param([photo(), photo(), photo()], id="critiques of older workers"),
    ],
)
def test_without_a_burst_nothing_departs(frames: list[PhotoFeatures]) -> None:
    assert turn(*frames) == [0] * len(frames)


def test_a_frame_of_another_picture_is_not_turned() -> None:
    other = shot(1).model_copy(update={"fingerprint": photo().fingerprint})
    assert turn(shot(0), other, shot(2), shot(3, 5))[1] == 0


def test_the_first_frame_need_not_register() -> None:
    assert turn(shot(0, 40), shot(1), shot(2, 5), shot(3, 0.3))[2] == pytest.approx(5, abs=0.7)


def test_of_a_level_frame_its_own_edges_know_better() -> None:
    level = shot(1, 4, score=48, horizon=Horizon(degrees=0.25, confidence=0.5))
    tilted = [shot(number, horizon=Horizon(degrees=4.0, confidence=0.5)) for number in (0, 2)]
    frames = [tilted[0], level, tilted[1]]
    assert turn(*frames) == [0, 0, 0]
    assert best_of(frames, group(3)).tolist() == [1, 1, 1]
    assert focus_reasons(frames, np.zeros(3)).reasons[TILTED].tolist() == [True, False, True]


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_a_departure_is_not_saved_by_a_better_score(fault: dict[str, Any]) -> None:
    frames = [shot(0), shot(1, score=60, **fault), shot(2, 0.4, score=49)]
    assert best_of(frames, group(3)).tolist() == [0, 0, 0]


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_who_takes_longer_may_have_corrected_the_others(fault: dict[str, Any]) -> None:
    frames = [shot(0), shot(100, 0.4, score=49), shot(200, score=60, **fault)]
    assert best_of(frames, group(3)).tolist() == [2, 2, 2]


def test_a_turned_frame_says_so() -> None:
    frames = [shot(0), shot(1, 5), shot(2, 0.4)]
    assert focus_reasons(frames, np.array(turn(*frames))).reasons[TILTED].tolist() == [False, True, False]
