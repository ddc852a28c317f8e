"""Round trips to Redis of an upload: each one is a wait of every photo."""

from tests.support.round_trips import round_trips
from tests.unit.gateway.application import PHOTO, Application

MOST = 1  # quota, photo, queue and ticket at once


def test_an_upload_makes_few_round_trips(gateway: Application) -> None:
    gateway.send()
    with round_trips() as sent:
        assert gateway.send().status_code == 202
    assert len(sent) <= MOST, sent


def test_several_photos_of_an_upload_share_all_but_one_each(gateway: Application) -> None:
    gateway.send()
    files = [("file", (f"{number}.jpg", PHOTO)) for number in range(10)]
    with round_trips() as sent:
        assert gateway.http.post("/v1/photos", files=files).status_code == 202
    assert len(sent) <= len(files) + 2, sent
