"""All the ways photos come in, and that every answer belongs to its photo."""

import hashlib
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from tests.support.local_stack import LocalStack, photo_of
from tests.support.photos import DATA, cat, saved

from critic_core.contracts.critique import Critique
from critic_core.contracts.photo import UploadReceipt

ROCKET = (DATA / "rocket.jpg").read_bytes()
WAIT = {"wait": 30}


@pytest.fixture(scope="module")
def http(stack: LocalStack) -> Iterator[httpx.Client]:
    with stack.client() as client:
        yield client


def test_a_raw_body_is_a_photo(http: httpx.Client) -> None:
    photo = photo_of(http.post("/v1/photos", params=WAIT, content=ROCKET, headers={"Content-Type": "image/jpeg"}))
    assert photo.sha256 == hashlib.sha256(ROCKET).hexdigest()


def test_many_files_come_back_in_order_and_a_bad_one_fails_alone(http: httpx.Client) -> None:
    files = [
        ("file", ("first.jpg", ROCKET)),
        ("file", ("notes.jpg", b"not a photo at all")),
        ("file", ("broken.png", saved(cat(), "PNG")[:20_000])),
        ("file", ("last.png", saved(cat((90, 60)), "PNG"))),
    ]
    answer = http.post("/v1/photos", params=WAIT, files=files)
    assert answer.status_code == 200, answer.text
    first, notes, broken, last = UploadReceipt.model_validate_json(answer.content).photos
    assert first.photo is not None
    assert first.photo.critique is not None
    assert notes.problem is not None
    assert (notes.file_name, notes.problem.code) == ("notes.jpg", "photo_unsupported")
    assert broken.photo is not None
    assert broken.photo.problem is not None
    assert broken.photo.problem.code == "photo_corrupt"
    assert last.photo is not None
    assert last.photo.critique is not None
    assert (last.photo.critique.image.width, last.photo.critique.image.height) == (90, 60)


def test_without_waiting_the_answer_is_fetched_later(http: httpx.Client) -> None:
    taken = photo_of(http.post("/v1/photos", files={"file": ROCKET}), 202)
    assert photo_of(http.get(f"/v1/photos/{taken.id}", params=WAIT)).critique is not None


def test_a_client_of_scores_gets_a_small_answer_and_the_embedding_on_request(http: httpx.Client) -> None:
    scored = http.post("/v1/photos", params=WAIT | {"fields": "state,critique.score"}, content=ROCKET)
    assert len(scored.content) < 300, scored.text
    path = f"/v1/photos/{scored.json()['id']}"
    usual, whole = photo_of(http.get(path)).critique, http.get(path, params={"fields": "critique.fingerprint"}).json()
    assert usual is not None
    assert (usual.score, usual.fingerprint.embedding) == (scored.json()["critique"]["score"], "")
    assert len(whole["critique"]["fingerprint"]["embedding"]) > 100


def test_the_same_idempotency_key_makes_one_photo(http: httpx.Client) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    first, again = (photo_of(http.post("/v1/photos", params=WAIT, content=ROCKET, headers=key)) for _ in range(2))
    assert first == again
    reused = http.post("/v1/photos", params=WAIT, content=saved(cat(), "JPEG"), headers=key)
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency_key_reused")


def test_photos_sent_at_once_are_not_mixed_up(stack: LocalStack) -> None:
    """The paper's own application kept every upload in one temporary file."""
    chance = random.Random(7)
    photos = [saved(cat((width, 200)), "JPEG", quality=chance.randint(50, 95)) for width in range(200, 248)]
    with stack.client(limits=httpx.Limits(max_connections=24)) as http:

        def send(photo: bytes) -> Critique:
            answer = photo_of(http.post("/v1/photos", params=WAIT, content=photo))
            assert answer.sha256 == hashlib.sha256(photo).hexdigest()
            assert answer.critique is not None
            return answer.critique

        with ThreadPoolExecutor(24) as pool:
            at_once = list(pool.map(send, photos))
        alone = [send(photo) for photo in photos[::8]]
    assert [critique.image.width for critique in at_once] == list(range(200, 248))
    assert [critique.fingerprint.pixels_sha256 for critique in at_once[::8]] == [
        critique.fingerprint.pixels_sha256 for critique in alone
    ]
    assert [critique.score for critique in at_once[::8]] == pytest.approx([critique.score for critique in alone])


def test_nothing_is_left_of_a_deleted_photo(http: httpx.Client, stack: LocalStack) -> None:
    photo = photo_of(http.post("/v1/photos", params=WAIT, content=ROCKET))
    assert _stored(stack.data_folder, photo.id)
    assert http.delete(f"/v1/photos/{photo.id}").status_code == 204
    assert not _stored(stack.data_folder, photo.id)
    for path in (f"/v1/photos/{photo.id}", f"/v1/photos/{photo.id}/preview"):
        response = http.get(path)
        assert (response.status_code, response.json()["code"]) == (404, "photo_not_found")
    assert http.delete(f"/v1/photos/{photo.id}").status_code == 404


def _stored(folder: Path, photo_id: str) -> list[Path]:
    return [path for path in folder.rglob(f"*{photo_id}*/*") if path.is_file()]
