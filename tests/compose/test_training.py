"""Training in its container: train, export, publish; the running stack serves the new version without a restart."""

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.compose.client import Client
from tests.compose.conftest import built
from tests.compose.stack import IMAGE_VERSION, ROOT, Stack, run
from tests.kubernetes.rendered import pods, rendered
from tests.support.data_sets import need_data
from tests.support.waiting import until

SHIPPED = ROOT / "services/inference/model_repository/aesthetics/1"
# Every so many photos of a set: enough for four folds and a calibration, and little to learn from.
SETS = {"oasis/labels.csv": 15, "pool/index.csv": 40, "ccby/attribution.csv": 40}
CONFIG = ("iterations=2", "validate_every=1", "batch_size=8")

pytestmark = pytest.mark.timeout(1200)  # the training image is built first, with PyTorch in it


@pytest.fixture(scope="module")
def subset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few dozen photos of each set, and the shipped model."""
    data, folder = need_data(), tmp_path_factory.mktemp("data")
    for table, every in SETS.items():
        copy_some(data / table, folder / table, every)
    shutil.copytree(SHIPPED, folder / "shipped")
    for path in (folder, *folder.rglob("*")):  # the container's user is somebody else
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


def copy_some(table: Path, copy: Path, every: int) -> None:
    """Every so many rows of a table, and the photos that they are about."""
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows[::every]:
        photo = copy.parent / row["file"]
        photo.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(table.parent / row["file"], photo)
    with copy.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows[::every])


@pytest.fixture(scope="module")
def trained_stack(subset: Path) -> Iterator[Stack]:
    """A stack that serves the volume `models`, with the shipped model published into it."""
    with built("infra/compose/trained.yml", CRITIC_DATA=str(subset)) as stack:
        stack.build("training")
        stack.train("publish", "/data/shipped", "/models")
        stack.up()
        yield stack


@pytest.fixture(scope="module")
def exported(trained_stack: Stack) -> str:
    """The folder of a model, trained and exported while the stack runs."""
    options = [word for setting in CONFIG for word in ("--set", setting)]
    trained_stack.train(
        "finetune", "--arch", "efficientnet-lite0", "--rated", "/data/oasis", "--out", "small", *options
    )
    trained_stack.train(
        "export", "--run", "small", "--rated", "/data/oasis", "--pool", "/data/pool/index.csv",
        "--reference", "/data/ccby/attribution.csv", "--out", "exported",
    )  # fmt: skip
    return "exported"


@pytest.fixture
def client(trained_stack: Stack, exported: str) -> Iterator[Client]:
    """Comes after the training, which would have to share its processors with it."""
    asking = Client(trained_stack)
    asking.start()
    until(lambda: asking.critiques or asking.failures, 30, "a first answer")
    yield asking
    asking.stop()


def inference_started(stack: Stack) -> list[tuple[str, str]]:
    """Which containers serve, and since when."""
    return [(container["Id"], container["State"]["StartedAt"]) for container in stack.containers("inference")]


def model_of(stack: Stack, version: str) -> dict[str, Any]:
    """The manifest of the one model served, once it is of that version."""
    (served,) = stack.client.get("/v1/models").json()["models"]
    return served if served["version"] == version else {}


def test_what_is_trained_exported_and_published_is_served_by_the_running_stack(
    trained_stack: Stack, exported: str, client: Client
) -> None:
    stack, before = trained_stack, inference_started(trained_stack)
    assert stack.train("publish", exported, "/models").split()[-1] == "/models/aesthetics/2"
    until(lambda: client.failures or client.critiques[-1].provenance.version == "2", 60, "an answer of version 2")
    client.stop()
    assert client.failures == []
    versions = [critique.provenance.version for critique in client.critiques]
    assert versions == sorted(versions)
    assert set(versions) == {"1", "2"}
    critique = client.critiques[-1]
    served = until(lambda: model_of(stack, "2"), 30, "version 2 among the models served")
    assert served["architecture"].startswith("EfficientNet-Lite0")
    assert critique.provenance.weights_sha256 == served["weights_sha256"]
    assert critique.probability == pytest.approx(served["golden"]["probability"], abs=served["golden"]["tolerance"])
    assert stack.client.get("/readyz").status_code == 200
    assert inference_started(stack) == before  # nobody was restarted for it
    arguments = ("--photos", "/data/ccby/attribution.csv", "--every", "1", "--run", "small")
    agreed = stack.train("parity", "/models/aesthetics/2", "--server", "inference:8001", *arguments)
    assert "the server agrees" in agreed
    assert "the trained network agrees" in agreed


@pytest.fixture
def model_image(trained_stack: Stack, tmp_path: Path) -> str:
    """The shipped model in an image, made of that of training."""
    image, training = f"photo-critic/model:{IMAGE_VERSION}", f"TRAINING=photo-critic/training:{IMAGE_VERSION}"
    shutil.copytree(SHIPPED, tmp_path / "model")
    file = str(ROOT / "infra/docker/model.Dockerfile")
    run(["docker", "build", "-q", "-f", file, "--build-arg", training, "-t", image, str(tmp_path / "model")], 120)
    return image


def test_the_job_of_kubernetes_publishes_with_its_limits(trained_stack: Stack, model_image: str) -> None:
    """Its container as the manifest has it: user, memory, a file system it cannot change, nobody to reach."""
    pod = pods(rendered("cpu", "models.volume=true", "publish.image=photo-critic/model:0.3.0"))["publish"]
    (job,) = pod["containers"]
    user = f"{pod['securityContext']['runAsUser']}:{pod['securityContext']['runAsGroup']}"
    memory = job["resources"]["requests"]["memory"].replace("Mi", "m")  # what it asks for, and not its limit
    rights = ("--user", user, "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")
    bounds = ("--network", "none", "--memory", memory, "--memory-swap", memory)
    volume = f"{trained_stack.project}_published"
    places = ("--tmpfs", "/tmp:size=256m,mode=1777", "-v", f"{volume}:/models")
    command = ["docker", "run", "--rm", *rights, *bounds, *places, model_image, *job["args"]]
    try:
        assert [run(command, 120).split()[-1] for _ in range(2)] == ["/models/aesthetics/1", "/models/aesthetics/2"]
    finally:
        run(["docker", "volume", "rm", "--force", volume], 30)
