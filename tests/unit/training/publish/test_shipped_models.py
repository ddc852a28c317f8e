"""The model folders of this repository: complete, small, true to its manifest, and right about the golden photo."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from google.protobuf import text_format
from tritonclient.grpc import model_config_pb2

from critic_core.contracts.manifest import Manifest
from critic_core.imaging.golden import golden_photo
from critic_core.imaging.preprocess import prepare
from critic_training.data.photo_sets import read_rated
from critic_training.evaluation.config import EvaluationConfig
from critic_training.evaluation.copy_retrieval import measure_copy_similarity
from critic_training.evaluation.manifest_metrics import metrics
from critic_training.evaluation.onnx_model import open_session, predict
from critic_training.export.half_precision.convert import SUFFIX
from critic_training.export.model_folder import read_manifest, sha256
from critic_training.publish.triton_config import config

SHIPPED = Path(__file__).parents[4] / "services" / "inference" / "model_repository"
LARGEST = {"aesthetics": 20_000_000, "aesthetics-alexnet": 40_000_000}


@pytest.fixture(scope="module", params=["float32", "float16"])
def repository(request: pytest.FixtureRequest) -> Path:
    """In git, and made of it for GPUs."""
    return SHIPPED if request.param == "float32" else request.getfixturevalue("float16_models")


@pytest.fixture(scope="module", params=LARGEST)
def folder(request: pytest.FixtureRequest, repository: Path) -> Path:
    """Of one model; its only version is 1."""
    return repository / str(request.param)


@pytest.fixture(scope="module")
def model(folder: Path) -> Path:
    return folder / "1" / "model.onnx"


@pytest.fixture(scope="module")
def manifest(folder: Path) -> Manifest:
    return read_manifest(folder / "1")


def test_every_model_is_here_and_has_its_card() -> None:
    assert {folder.name for folder in SHIPPED.iterdir() if folder.is_dir()} == set(LARGEST)
    for name in LARGEST:
        card = (SHIPPED / name / "1" / "MODEL_CARD.md").read_text("utf-8")
        assert f"# {name}, version 1" in card
        assert "## Reliability" in card


@pytest.mark.parametrize("name", LARGEST)
def test_gpus_serve_the_same_models_in_float16_and_in_larger_batches(name: str, float16_models: Path) -> None:
    whole, half = (read_manifest(repository / name / "1") for repository in (SHIPPED, float16_models))
    assert half.architecture == whole.architecture + SUFFIX
    changed = {"architecture": "", "golden": whole.golden, "weights_sha256": ""}
    assert half.model_copy(update=changed) == whole.model_copy(update=changed)
    assert half.golden.probability == pytest.approx(whole.golden.probability, abs=2e-3)
    text = (float16_models / name / "config.pbtxt").read_text("utf-8")
    served = text_format.Parse(text, model_config_pb2.ModelConfig())
    assert served.max_batch_size == 256
    assert list(served.dynamic_batching.preferred_batch_size)[-3:] == [64, 128, 256]


@pytest.mark.parametrize("name", LARGEST)
def test_the_config_in_git_is_the_one_that_publishing_writes(name: str) -> None:
    text = config(read_manifest(SHIPPED / name / "1"))
    assert (SHIPPED / name / "config.pbtxt").read_text("utf-8") == text, "written by an older critic_training"


def test_git_holds_each_manifest_once() -> None:
    command = ["git", "ls-files"]
    files = subprocess.run(command, cwd=SHIPPED, capture_output=True, text=True, check=True).stdout.split()
    names = [*(f"1/{name}" for name in ("MODEL_CARD.md", "golden.npy", "manifest.json", "model.onnx")), "config.pbtxt"]
    assert sorted(files) == sorted(f"{model}/{name}" for model in LARGEST for name in names)
    assert not [
        model for model in LARGEST if "score_quantiles" in (SHIPPED / model / "config.pbtxt").read_text("utf-8")
    ]


def test_weights_are_those_of_the_manifest_and_small(folder: Path, model: Path, manifest: Manifest) -> None:
    assert sha256(model) == manifest.weights_sha256
    assert model.stat().st_size <= LARGEST[folder.name]


def test_golden_photo_gets_the_promised_answer(model: Path, manifest: Manifest) -> None:
    image = prepare(golden_photo(), manifest.preprocessing)[None]
    probability, embedding = predict(open_session(model), image)
    assert probability[0] == pytest.approx(manifest.golden.probability, abs=1e-3)
    assert embedding.shape == (1, manifest.embedding_size)
    assert np.linalg.norm(embedding) == pytest.approx(1, abs=1e-4)


def test_a_photo_gets_the_same_answer_alone_and_among_others(model: Path, manifest: Manifest) -> None:
    image = prepare(golden_photo(), manifest.preprocessing)
    noise = np.random.default_rng(0).integers(0, 256, (6, 224, 224, 3), dtype=np.uint8)
    session = open_session(model)
    alone, _ = predict(session, image[None])
    among, _ = predict(session, np.concatenate([noise, image[None]]))
    assert among[-1] == pytest.approx(alone[0], abs=1e-4)


def test_reference_quantiles_ascend_over_most_of_the_scale(manifest: Manifest) -> None:
    quantiles = np.array(manifest.reference.score_quantiles)
    assert (np.diff(quantiles) >= 0).all()
    assert quantiles[95] - quantiles[5] > 40


@pytest.mark.data
def test_vessel_figures_of_the_manifest_are_those_of_the_file(model: Path, manifest: Manifest, data: Path) -> None:
    vessel = read_rated(data / "vessel")
    session = open_session(model)
    images = (prepare(path.read_bytes(), manifest.preprocessing)[None] for path in vessel.files)
    predicted = np.concatenate([predict(session, image)[0] for image in images])
    promised = {(m.name, m.category): m.value for m in manifest.metrics if "vessel" in m.dataset}
    for metric in metrics(predicted, vessel, "vessel", EvaluationConfig(resamples=2), overall=False):
        assert metric.value == pytest.approx(promised[metric.name, metric.category], abs=0.02)


@pytest.mark.data
def test_changed_copies_find_their_original(model: Path, manifest: Manifest, data: Path) -> None:
    files = tuple(sorted((data / "ccby" / "images").glob("*.jpg")))[:120]
    assert measure_copy_similarity(files, open_session(model), manifest.preprocessing).found > 0.95
