"""A photo goes in at the front door, a critique comes out, and everything in it is true."""

import csv
import hashlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from statistics import fmean

import httpx
import pytest
from PIL import Image
from tests.support.local_stack import LocalStack, photo_of, served_model
from tests.support.photos import DATA, difference
from tests.support.waiting import until

from critic_core.contracts.critique import Critique, PropertyName
from critic_core.contracts.manifest import Manifest, parse_manifest
from critic_core.contracts.photo import Photo, PhotoState
from critic_core.imaging.golden import golden_photo

ROCKET = DATA / "rocket.jpg"


@pytest.fixture(scope="module")
def http(stack: LocalStack) -> Iterator[httpx.Client]:
    with stack.client() as client:
        yield client


@pytest.fixture(scope="module")
def photo(http: httpx.Client) -> Photo:
    answer = http.post("/v1/photos", params={"wait": 30}, files={"file": ("rocket.jpg", ROCKET.read_bytes())})
    return photo_of(answer)


@pytest.fixture(scope="module")
def critique(photo: Photo) -> Critique:
    assert photo.critique is not None
    return photo.critique


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    return parse_manifest((served_model() / "manifest.json").read_bytes())


def test_the_photo_is_the_one_that_was_sent(photo: Photo) -> None:
    assert (photo.state, photo.file_name, photo.media_type) == (PhotoState.done, "rocket.jpg", "image/jpeg")
    assert photo.size_bytes == ROCKET.stat().st_size
    assert photo.sha256 == hashlib.sha256(ROCKET.read_bytes()).hexdigest()
    assert photo.problem is None


def test_score_probability_percentile_and_label_say_the_same(critique: Critique, manifest: Manifest) -> None:
    assert critique.score == pytest.approx(manifest.scale.score(critique.probability))
    assert critique.interval == manifest.scale.interval(critique.probability)
    quantiles = manifest.reference.score_quantiles
    assert quantiles[int(critique.percentile)] <= critique.score + 1e-6
    assert critique.score <= quantiles[min(100, int(critique.percentile) + 1)] + 1e-6
    assert critique.label == manifest.classes[critique.probability >= 0.5]
    assert critique.reference == manifest.reference.dataset


def test_it_is_measured_and_explained(critique: Critique) -> None:
    assert set(critique.properties) == set(PropertyName)
    assert all(measured.sentence and measured.unit for measured in critique.properties.values())
    assert (critique.image.format, critique.image.width, critique.image.height) == ("jpeg", 640, 427)
    assert len(critique.fingerprint.perceptual_hash) == len(critique.fingerprint.difference_hash) == 16
    assert critique.timings_ms.total > 0


def test_provenance_is_that_of_the_model_on_disk(critique: Critique, manifest: Manifest) -> None:
    provenance = critique.provenance
    assert (provenance.model, provenance.version) == (manifest.name, manifest.version)
    assert provenance.device
    assert provenance.weights_sha256 == manifest.weights_sha256
    assert provenance.weights_sha256 == hashlib.sha256((served_model() / "model.onnx").read_bytes()).hexdigest()
    assert provenance.preprocessing_digest == manifest.preprocessing.digest


def test_it_can_be_fetched_by_its_id(http: httpx.Client, photo: Photo) -> None:
    assert photo_of(http.get(f"/v1/photos/{photo.id}")) == photo


def test_the_preview_shows_it(http: httpx.Client, photo: Photo) -> None:
    answer = http.get(f"/v1/photos/{photo.id}/preview")
    assert answer.headers["content-type"] == "image/jpeg"
    preview = Image.open(BytesIO(answer.content))
    assert preview.size == (640, 427)
    original = Image.open(ROCKET).convert("RGB").resize((8, 8))
    # Alike, and not the same: the file is in Adobe RGB, its preview in sRGB.
    assert difference(preview.resize((8, 8)), original) < 10


def test_the_original_is_the_very_bytes_that_were_sent(http: httpx.Client, photo: Photo) -> None:
    answer = http.get(f"/v1/photos/{photo.id}/original")
    assert (answer.headers["content-type"], answer.content) == ("image/jpeg", ROCKET.read_bytes())
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def _both(models: list[dict[str, object]]) -> list[dict[str, object]] | None:
    return models if len(models) == 2 else None


def test_models_lists_the_manifest(http: httpx.Client, manifest: Manifest) -> None:
    served, _ = until(lambda: _both(http.get("/v1/models").json()["models"]), 30, "both models told by a pulse")
    assert served == manifest.model_dump(mode="json")


def test_the_golden_photo_gets_the_score_it_had_in_training(http: httpx.Client, manifest: Manifest) -> None:
    golden = photo_of(http.post("/v1/photos", params={"wait": 30}, files={"file": golden_photo()}))
    assert golden.critique is not None
    assert golden.critique.probability == pytest.approx(manifest.golden.probability, abs=manifest.golden.tolerance)


def test_rated_photographs_are_ranked_better_than_by_chance(http: httpx.Client, data: Path) -> None:
    """Not a figure of quality, which training reports: only that photographs and scores were not mixed up."""
    with (data / "oasis" / "labels.csv").open(newline="") as file:
        rated = sorted(csv.DictReader(file), key=lambda row: float(row["score"]))
    worst, best = (
        _mean_score(http, [data / "oasis" / row["file"] for row in rows]) for rows in (rated[:15], rated[-15:])
    )
    assert best > worst + 5


def _mean_score(http: httpx.Client, files: list[Path]) -> float:
    photos = [photo_of(http.post("/v1/photos", params={"wait": 30}, content=file.read_bytes())) for file in files]
    return fmean(photo.critique.score for photo in photos if photo.critique is not None)
