"""What became of uploads is read from both sides, and a photo that one side forgot is found."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from tests.load.outcome import Outcome, ServiceLogs
from tests.load.replay import Sent, accepted_ids, percentile

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def line(seconds: float, event: str, **fields: object) -> str:
    return json.dumps({"timestamp": (NOON + timedelta(seconds=seconds)).isoformat(), "event": event, **fields})


def sent(status: int, *photos: str, request_id: str = "", waits: bool = False) -> Sent:
    return Sent(0.0, 1.0, 20.0, status, request_id, "/v1/photos", waits, photos, max(1, len(photos)), 500)


LOG = [
    line(-1, "photo_accepted", photo_id="earlier"),
    *(line(0, "photo_accepted", photo_id=photo) for photo in ("well", "twice", "lost", "unheard")),
    line(1.5, "photo_done", photo_id="well"),
    line(2, "photo_done", photo_id="twice"),
    line(3, "photo_failed", photo_id="twice"),
    line(3, "request", request_id="no", ms=2.5, status=429),
]


@pytest.fixture
def outcome() -> Outcome:
    return Outcome(
        [sent(202, "well", "twice"), sent(200, "lost", waits=True), sent(429, request_id="no")],
        ServiceLogs.parse(LOG, NOON),
    )


def test_lost_repeated_and_unknown_photos_are_found(outcome: Outcome) -> None:
    assert (outcome.lost(), outcome.scored_twice(), outcome.unknown_to_clients()) == ({"lost"}, {"twice"}, {"unheard"})


def test_times_come_from_clients_and_from_logs(outcome: Outcome) -> None:
    assert sorted(outcome.critique_seconds()) == [1.5, 2.0]
    assert (outcome.rejected_ms(), outcome.rejected_in_gateway_ms()) == ([20.0], [2.5])
    assert (outcome.rejected_ms(500), outcome.rejected_ms(499)) == ([20.0], [])
    assert (outcome.accept_ms(), outcome.wait_seconds()) == ([20.0], [0.02])
    assert (outcome.photos(), outcome.photos(429)) == (4, 1)


def test_the_rate_is_that_of_the_middle_half() -> None:
    photos = [str(number) for number in range(9)]  # one every half second, and each of the ends by itself
    log = [line(8 + number / 2, "photo_done", photo_id=photo) for number, photo in enumerate(photos)]
    ends = [line(0, "photo_done", photo_id="first"), line(20, "photo_done", photo_id="last")]
    outcome = Outcome([sent(202, "first", *photos, "last")], ServiceLogs.parse(log + ends, NOON))
    assert outcome.scored_per_second() == pytest.approx(0.9)  # of 5 s to 15 s


def test_a_percentile_is_a_value_that_occurred() -> None:
    values = [float(value) for value in range(1, 201)]
    assert (percentile(values, 0.5), percentile(values, 0.99), percentile([7.0], 0.99)) == (100, 198, 7)


def test_ids_are_found_in_both_kinds_of_reply() -> None:
    assert accepted_ids({"id": "a", "state": "queued"}) == ("a",)
    assert accepted_ids({"photos": [{"photo": {"id": "a"}}, {"photo": None, "problem": {}}]}) == ("a",)
