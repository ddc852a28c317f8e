"""Real photographs through the published port, and what the images are made of."""

import hashlib
import json
import re
import sys

import pytest
from tests.compose.stack import IMAGE_VERSION, ROOT, Stack, run

from critic_core.contracts.manifest import MANIFEST_FILE, Manifest, parse_manifest
from critic_core.contracts.photo import PhotoState
from critic_core.imaging.golden import golden_photo

pytestmark = [pytest.mark.compose, pytest.mark.timeout(660)]  # the first test waits for the images to be built

MODELS = ROOT / "services/inference/model_repository"
DOCKERFILE = ROOT / "infra/docker/Dockerfile"
# Megabytes over the base image: a heavy library in the wrong image does not go unnoticed.
LARGEST = {
    "redis": 1,
    "haproxy": 1,
    "gateway": 250,
    "worker": 480,  # ONNX Runtime for faces: 80
    "inference": 400,
}


@pytest.fixture(scope="module")
def served(stack: Stack) -> Manifest:
    """What the stack says that it serves."""
    models = stack.client.get("/v1/models").raise_for_status().json()["models"]
    return next(parse_manifest(json.dumps(model)) for model in models if model["name"] == "aesthetics")


def test_the_shipped_model_is_served(served: Manifest) -> None:
    folder = MODELS / served.name / served.version
    assert served == parse_manifest((folder / MANIFEST_FILE).read_bytes())
    assert served.weights_sha256 == hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest()


def test_real_photographs_are_scored_with_their_provenance(
    stack: Stack, served: Manifest, photographs: dict[str, bytes]
) -> None:
    scores = set()
    for name, data in photographs.items():
        photo = stack.score(data)
        assert (photo.state, photo.sha256) == (PhotoState.done, hashlib.sha256(data).hexdigest()), name
        assert photo.critique is not None
        provenance = photo.critique.provenance
        assert (provenance.model, provenance.version, provenance.device) == (served.name, served.version, "cpu")
        assert provenance.weights_sha256 == served.weights_sha256
        assert provenance.preprocessing_digest == served.preprocessing.digest
        scores.add(photo.critique.score)
    assert len(scores) == len(photographs)


def test_the_golden_photo_scores_as_when_the_model_was_published(stack: Stack, served: Manifest) -> None:
    critique = stack.score(golden_photo()).critique
    assert critique is not None
    assert critique.probability == pytest.approx(served.golden.probability, abs=served.golden.tolerance)


def test_a_bad_file_is_refused_and_its_neighbours_are_not(stack: Stack) -> None:
    files = [("file", ("a.jpg", golden_photo())), ("file", ("b.jpg", b"no photo"))]
    receipts = stack.client.post("/v1/photos", params={"wait": 30}, files=files).json()["photos"]
    assert receipts[0]["photo"]["state"] == "done"
    assert receipts[1]["problem"]["code"] == "photo_unsupported"


def test_a_photo_leaves_nothing_behind_when_it_is_deleted(stack: Stack) -> None:
    photo = stack.score(golden_photo())
    assert stack.client.get(f"/v1/photos/{photo.id}/preview").content.startswith(b"\xff\xd8")
    assert photo.id in stack.inside("gateway", "find", "/var/lib/photo-critic").stdout
    assert stack.client.delete(f"/v1/photos/{photo.id}").status_code == 204
    assert photo.id not in stack.inside("gateway", "find", "/var/lib/photo-critic").stdout


def test_the_page_is_served(stack: Stack) -> None:
    page = stack.client.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "Photo Critic" in page.text


def test_images_stay_small(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    images = dict(re.findall(r"^ARG (\w+)=(\S+)$", DOCKERFILE.read_text("utf-8"), re.MULTILINE))
    bases = {name: images.get(f"{name.upper()}_IMAGE", images["PYTHON_IMAGE"]) for name in LARGEST}
    over = {name: megabytes(f"photo-critic/{name}:{IMAGE_VERSION}") - megabytes(base) for name, base in bases.items()}
    with capsys.disabled():
        sys.stdout.write(f"\nimages, MB over their base: { {name: round(size, 1) for name, size in over.items()} }\n")
    assert {name: size for name, size in over.items() if size > LARGEST[name]} == {}
    assert min(over.values()) >= 0  # it is the base that they were built on


def megabytes(image: str) -> float:
    return int(run(["docker", "image", "inspect", "--format", "{{.Size}}", image], 30)) / 1_000_000
