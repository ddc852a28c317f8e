"""What is deleted is gone from every byte of storage, of Redis and of its append-only file, within seconds here."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

import httpx
import pytest
import redis
from PIL import Image
from tests.support.local_stack import LocalStack, photo_of
from tests.support.photos import cat
from tests.support.waiting import until

REWRITE_SECONDS = 2
GPS_IFD = 0x8825


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    settings = {"REWRITE_SECONDS": str(REWRITE_SECONDS), "REUSE_CRITIQUES": "true"}
    stack = LocalStack(tmp_path_factory.mktemp("forgetting") / "data", **settings)
    stack.start()
    with redis.Redis.from_url(stack.note().redis_url) as client:
        client.config_set("rdbcompression", "no")  # a compressed value would not be found
    yield stack
    stack.stop()


class Traces:
    """A photo, and the texts that nothing but the photo can have left."""

    def __init__(self, number: int) -> None:
        self.name = f"recognisable-{number}-{os.urandom(6).hex()}.jpg"
        self.location = f"place-{number}-{os.urandom(6).hex()}"
        self.reference = f"reference-{number}-{os.urandom(6).hex()}"
        self.data = _jpeg(self.location) + os.urandom(64)
        self.texts: dict[str, bytes] = {
            "name": self.name.encode(),
            "reference": self.reference.encode(),
            "hash": hashlib.sha256(self.data).hexdigest().encode(),
            "bytes": self.data[-64:],
            "GPS": self.location.encode(),
        }

    def upload(self, client: httpx.Client, path: str = "/v1/photos") -> httpx.Response:
        params: dict[str, str] = {"wait": "30", "reference": self.reference}
        return client.post(path, params=params, files={"file": (self.name, self.data)})


def _jpeg(location: str) -> bytes:
    exif, jpeg = Image.Exif(), BytesIO()
    exif.get_ifd(GPS_IFD).update({1: "N", 2: (50.0, 3.0, 7.0), 27: location.encode()})
    cat((90, 60)).save(jpeg, "JPEG", exif=exif)
    return jpeg.getvalue()


def found(stack: LocalStack, texts: Mapping[str, bytes]) -> set[str]:
    """Names of the texts that stand in a file of storage or Redis, in the name of one, or in Redis' memory."""
    files = [path for path in stack.data_folder.rglob("*") if path.is_file()]
    everything = [*_contents(files), *(str(path).encode() for path in stack.data_folder.rglob("*")), *_memory(stack)]
    return {name for name, text in texts.items() if any(text in content for content in everything)}


def _contents(files: list[Path]) -> Iterator[bytes]:
    for path in files:
        try:
            yield path.read_bytes()
        except FileNotFoundError:  # a rewrite has just replaced the file
            continue


def _memory(stack: LocalStack) -> Iterator[bytes]:
    with redis.Redis.from_url(stack.note().redis_url) as client:
        for key in client.scan_iter(count=1000):
            yield key
            yield client.dump(key) or b""


def test_a_deleted_photo_is_nowhere(stack: LocalStack) -> None:
    traces = Traces(1)
    with stack.client() as client:
        photo = photo_of(traces.upload(client))
        texts = {**traces.texts, "id": photo.id.encode()}
        until(lambda: found(stack, texts) == set(texts), 10, "the traces of the photo")
        assert client.delete(f"/v1/photos/{photo.id}").status_code == 204
    until(lambda: not found(stack, texts), 60, f"the end of {texts}")


def test_a_deleted_photo_of_an_album_leaves_its_id_in_the_events_until_the_album_is_deleted(stack: LocalStack) -> None:
    traces = Traces(2)
    with stack.client() as client:
        album_id = client.post("/v1/albums", json={"name": "forgotten"}).json()["id"]
        receipt = traces.upload(client, f"/v1/albums/{album_id}/photos").json()["photos"][0]
        photo_id = receipt["photo"]["id"]
        until(lambda: client.get(f"/v1/albums/{album_id}/groups").status_code == 200, 30, "the groups")
        texts = {**traces.texts, "id": photo_id.encode()}
        assert client.delete(f"/v1/photos/{photo_id}").status_code == 204
        until(lambda: found(stack, texts) == {"id"}, 60, f"the end of all but the id of {texts}")
        assert client.delete(f"/v1/albums/{album_id}").status_code == 204
    texts["album"] = album_id.encode()
    until(lambda: not found(stack, texts), 60, f"the end of {texts}")


def test_the_same_bytes_cost_one_inference(stack: LocalStack) -> None:
    traces = Traces(3)
    with stack.client() as client:
        first, again = (photo_of(traces.upload(client)) for _ in range(2))
        previews = [client.get(f"/v1/photos/{photo.id}/preview").content for photo in (first, again)]
        assert first.id != again.id
        assert (first.critique, previews[0]) == (again.critique, previews[1])  # down to the milliseconds of each stage
        assert (first.claims, again.claims) == (1, 0)
        assert "critic_critiques_reused_total 1.0" in client.get("/metrics").text
        assert client.delete(f"/v1/photos/{first.id}").status_code == 204
        assert photo_of(traces.upload(client)).critique == first.critique
        client.delete("/v1/account/data").raise_for_status()
    until(lambda: not found(stack, traces.texts), 60, f"the end of {traces.texts}")
