"""Compressed responses: for those who accept them, and never streams of events nor pictures."""

from tests.support.critiques import make_critique
from tests.unit.gateway.application import PHOTO, Application

from critic_core.runtime.storage import preview_key

GZIP, PLAIN = {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "identity"}


def test_a_critique_is_compressed_on_request(gateway: Application) -> None:
    photo_id = gateway.new_photo()
    gateway.jobs.finish(photo_id, make_critique())
    compressed, plain = (gateway.http.get(f"/v1/photos/{photo_id}", headers=headers) for headers in (GZIP, PLAIN))
    assert compressed.json() == plain.json()
    assert compressed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert int(compressed.headers["content-length"]) < int(plain.headers["content-length"]) / 2
    assert {response.headers["vary"] for response in (compressed, plain)} == {"Accept-Encoding"}


def test_pictures_are_not_compressed_again(gateway: Application) -> None:
    photo_id = gateway.new_photo()
    gateway.storage.put(preview_key(photo_id), PHOTO)
    gateway.jobs.finish(photo_id, make_critique())
    for name in ("preview", "original"):
        response = gateway.http.get(f"/v1/photos/{photo_id}/{name}", headers=GZIP)
        assert ("content-encoding" in response.headers, response.content) == (False, PHOTO)
