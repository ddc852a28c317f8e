"""The overlay of Triton on the real engine: the stack comes up with it, and scores real photographs as before.

NVIDIA's image takes many gigabytes, and its registry is not within reach of every machine. So TRITON_IMAGE names a
stand-in, built here in some seconds: a real tritonserver, of the nvidia-pytriton wheel, with the folders, the user, the
command, the health check and the file systems that the overlay gives to NVIDIA's. What it cannot show: that release
itself, its ONNX Runtime backend (here ONNX Runtime runs inside a backend in Python), and GPUs.
"""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.compose.conftest import built
from tests.compose.stack import BUILD_SECONDS, IMAGE_VERSION, ROOT, Stack, run
from tests.contract.inference.triton import MODEL_CODE
from tests.support.waiting import until

from critic_core.contracts.manifest import MANIFEST_FILE, parse_manifest
from critic_core.contracts.photo import PhotoState
from critic_core.imaging.golden import golden_photo

pytestmark = [pytest.mark.compose, pytest.mark.triton, pytest.mark.timeout(660)]

STAND_IN = f"photo-critic/triton-stand-in:24.10-{IMAGE_VERSION}"  # the release that the wheel carries
ASK = "import sys, urllib.request as u; print(u.urlopen(u.Request(sys.argv[1], method=sys.argv[2])).read().decode())"
MANIFEST = parse_manifest((ROOT / "services/inference/model_repository/aesthetics/1" / MANIFEST_FILE).read_bytes())


@pytest.fixture(scope="module")
def triton() -> Iterator[Stack]:
    """The stack with two Tritons."""
    with built("infra/compose/triton.yml", TRITON_IMAGE=STAND_IN) as stack:
        run(["docker", "build", "--quiet", "--tag", STAND_IN, str(MODEL_CODE.parent)], BUILD_SECONDS)
        stack.up("--scale", "inference=2")
        yield stack


def get(container: str, path: str, method: str = "GET") -> Any:
    """What a Triton answers to an HTTP request from inside its container."""
    url = f"http://127.0.0.1:8000{path}"
    return json.loads(run(["docker", "exec", container, "python3", "-c", ASK, url, method], 30))


def computed(container: str) -> int:
    """How many photos a Triton has been asked about."""
    (stats,) = get(container, "/v2/models/aesthetics/stats")["model_stats"]
    return int(stats["inference_count"])


def test_it_is_triton_that_answers(triton: Stack) -> None:
    for container in triton.containers("inference"):
        assert get(container["Id"], "/v2")["name"] == "triton"
        states = {(model["name"], model["state"]) for model in get(container["Id"], "/v2/repository/index", "POST")}
        assert states == {("aesthetics", "READY"), ("aesthetics-alexnet", "READY")}


def test_the_balancer_gives_requests_to_both(triton: Stack) -> None:
    replicas = [container["Id"] for container in triton.containers("inference")]
    before = [computed(container) for container in replicas]
    assert len(replicas) == 2
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: triton.score(golden_photo() + bytes([number])), range(48)))
    assert all(computed(container) > earlier for container, earlier in zip(replicas, before, strict=True))


def test_real_photographs_are_scored_with_their_provenance(triton: Stack, photographs: dict[str, bytes]) -> None:
    for name, data in photographs.items():
        photo = triton.score(data)
        assert photo.state is PhotoState.done, name
        assert photo.critique is not None
        provenance = photo.critique.provenance
        assert (provenance.model, provenance.version) == (MANIFEST.name, "1")
        assert provenance.weights_sha256 == MANIFEST.weights_sha256


def test_the_golden_photo_scores_as_when_the_model_was_published(triton: Stack) -> None:
    critique = triton.score(golden_photo()).critique
    assert critique is not None
    assert critique.probability == pytest.approx(MANIFEST.golden.probability, abs=MANIFEST.golden.tolerance)


def test_it_has_as_few_rights_as_our_own(triton: Stack) -> None:
    for container in triton.containers("inference"):
        assert container["Config"]["User"] == "10001:10001"
        assert container["HostConfig"]["ReadonlyRootfs"]
        assert container["HostConfig"]["CapDrop"] == ["ALL"]
    assert triton.inside("inference", "touch", "/models/of-mine").returncode != 0


def test_a_triton_ends_by_itself_and_no_photo_fails(triton: Stack) -> None:
    first = triton.containers("inference")[0]
    before = [triton.client.post("/v1/photos", content=golden_photo() + bytes([n])).json()["id"] for n in range(20)]
    run(["docker", "stop", "--time", "30", first["Id"]], 60)
    after = [triton.score(golden_photo() + bytes([n])) for n in range(5)]
    (container,) = (replica for replica in triton.containers("inference") if replica["Id"] == first["Id"])
    assert container["State"]["ExitCode"] == 0  # not killed
    assert {photo.state for photo in after} == {PhotoState.done}
    until(
        lambda: all(triton.photo(photo).state is PhotoState.done for photo in before), 60, "the answer to every photo"
    )
