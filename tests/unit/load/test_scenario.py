"""A scenario is what the logs tell of uploads, and nothing that tells of people."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from tests.load.record import parse_scenario
from tests.load.scenario import ALBUM_PHOTOS, PHOTOS, RECORDED, Scenario, Upload

PERSONAL = ("01a20b18", "203.0.113.7", "request-of-ann")


def accepted(request: str, size: int) -> str:
    fields = {"event": "photo_accepted", "request_id": request, "photo_id": "01a20b18", "bytes": size}
    return json.dumps({"timestamp": "2026-11-25T10:00:00Z", **fields})


def request(second: float, path: str, status: int, ms: float, name: str) -> str:
    fields = {"event": "request", "method": "POST", "path": path, "status": status, "ms": ms, "request_id": name}
    return json.dumps({"timestamp": f"2026-11-25T10:00:{second:06.3f}Z", **fields})


LOG = [
    "gateway | INFO from 203.0.113.7",  # what a library says may be anything
    accepted("request-of-ann", 100),
    accepted("two", 300),
    accepted("two", 200),
    request(2.0, "/v1/albums/01a20b18/photos", 202, 500, "two"),
    f"gateway | {request(3.0, '/v1/photos', 200, 2000, 'request-of-ann')}",  # began before the other one, and stayed
    request(4.0, "/v1/photos", 429, 1, "refused"),
    request(4.0, "/v1/albums/01a20b18", 200, 1, "looks"),
    accepted("request-of-ann", 400),  # somebody may use an id again
    request(5.0, "/v1/photos", 202, 0, "request-of-ann"),
]


def test_uploads_in_order_of_their_start() -> None:
    scenario = parse_scenario(LOG)
    assert scenario.uploads == (
        Upload(0.0, PHOTOS, (100,), waits=True),
        Upload(0.5, ALBUM_PHOTOS, (300, 200), album=1),
        Upload(4.0, PHOTOS, (400,)),
    )
    assert scenario.seconds == 6.0  # the next round begins after a gap like those within
    assert scenario.photos_per_second == pytest.approx(4 / 6)


def test_a_scenario_is_anonymous(tmp_path: Path) -> None:
    path = tmp_path / "scenario.json"
    scenario = parse_scenario(LOG)
    scenario.save(path)
    assert Scenario.load(path) == scenario
    assert not [word for word in PERSONAL if word in path.read_text()]


def test_a_replay_repeats_at_any_speed() -> None:
    arrivals = list(parse_scenario(LOG).replayed(factor=2, seconds=5))
    assert [due for due, _ in arrivals] == [0, 0.25, 2, 3, 3.25]
    assert arrivals[3][1] == arrivals[0][1]


def test_its_bursts_can_be_smoothed_out() -> None:
    scenario = parse_scenario(LOG)
    arrivals = list(scenario.evenly(rate=2, seconds=3))
    assert [due for due, _ in arrivals] == [0, 0.5, 1.5, 2, 2.5]  # the second one brings two
    assert tuple(upload for _, upload in arrivals[:3]) == scenario.uploads


def test_a_log_without_uploads_makes_no_scenario() -> None:
    with pytest.raises(ValueError, match="no upload"):
        parse_scenario(LOG[:1])


def test_the_recorded_scenario_has_every_kind_of_upload() -> None:
    scenario = Scenario.load(RECORDED)
    assert {(upload.route, upload.waits) for upload in scenario.uploads} >= {
        (PHOTOS, True), (PHOTOS, False), (ALBUM_PHOTOS, False),
    }  # fmt: skip
    assert any(len(upload.photos) > 1 for upload in scenario.uploads)
    assert all(earlier.at <= later.at for earlier, later in pairwise(scenario.uploads))
    assert scenario.uploads[-1].at < scenario.seconds
