"""The model folders of this repository: complete, small, true to its manifest, and right about the golden photo."""

from pathlib import Path

import numpy as np
import pytest
from google.protobuf import text_format
from tritonclient.grpc import model_config_pb2

from critic_core.contracts.manifest import Manifest, manifest_parameter, parse_manifest
from critic_core.imaging.golden import golden_photo
from critic_core.imaging.preprocess import prepare
from critic_training.data.photo_sets import read_rated
from critic_training.evaluation.statistics import metrics
from critic_training.evaluation.config import EvaluationConfig
from critic_training.evaluation.copy_retrieval import measure_copy_similarity
from critic_training.export.half_precision.convert import SAID
from critic_training.publish import sha256
from critic_training.evaluation.onnx_model import ask, session
from critic_training.triton_config import LARGEST_BATCH, config_files

INFERENCE = Path(__file__).parents[3] / "services" / "inference"
REPOSITORY, FOR_GPUS = INFERENCE / "model_repository", INFERENCE / "model_repository_gpu"
LARGEST = {"aesthetics": 40_000_000, "aesthetics-efficientnet": 20_000_000}


@pytest.fixture(scope="module", params=["model_repository", "model_repository_gpu"])
def repository(request: pytest.FixtureRequest) -> Path:
    return INFERENCE / str(request.param)


@pytest.fixture(scope="module", params=LARGEST)
def folder(request: pytest.FixtureRequest, repository: Path) -> Path:
    """Of one model; its only version is 1."""
    return repository / str(request.param)


@pytest.fixture(scope="module")
def model(folder: Path) -> Path:
    return folder / "1" / "model.onnx"


@pytest.fixture(scope="module")
def manifest(folder: Path) -> Manifest:
    return parse_manifest((folder / "1" / "manifest.json").read_text("utf-8"))


def test_every_model_is_here_and_has_its_card() -> None:
    assert {each.name for each in REPOSITORY.iterdir() if each.is_dir()} == set(LARGEST)
    for name in LARGEST:
        card = (REPOSITORY / name / "1" / "MODEL_CARD.md").read_text("utf-8")
        assert f"# {name}, version 1" in card
        assert "## Reliability" in card


@pytest.mark.parametrize("name", LARGEST)
def test_gpus_serve_the_same_models_in_float16_and_in_larger_batches(name: str) -> None:
    whole, half = (parse_manifest((of / name / "1" / "manifest.json").read_bytes()) for of in (REPOSITORY, FOR_GPUS))
    assert half.architecture == whole.architecture + SAID
    changed = {"architecture": "", "golden": whole.golden, "weights_sha256": ""}
    assert half.model_copy(update=changed) == whole.model_copy(update=changed)
    assert half.golden.probability == pytest.approx(whole.golden.probability, abs=2e-3)
    told = text_format.Parse((FOR_GPUS / name / "config.pbtxt").read_text("utf-8"), model_config_pb2.ModelConfig())
    assert told.max_batch_size == 256
    assert list(told.dynamic_batching.preferred_batch_size)[-3:] == [64, 128, 256]


def test_config_carries_the_same_manifest(folder: Path, manifest: Manifest) -> None:
    told = text_format.Parse((folder / "config.pbtxt").read_text("utf-8"), model_config_pb2.ModelConfig())
    assert parse_manifest(told.parameters[manifest_parameter("1")].string_value) == manifest


def test_configs_are_those_that_publishing_writes(folder: Path, manifest: Manifest) -> None:
    largest = 256 if folder.parent == FOR_GPUS else LARGEST_BATCH
    for name, text in config_files(manifest, largest_batch=largest).items():
        assert (folder / name).read_text("utf-8") == text, f"{name} was written by an older critic_training"


def test_weights_are_those_of_the_manifest_and_small(folder: Path, model: Path, manifest: Manifest) -> None:
    assert sha256(model) == manifest.weights_sha256
    assert model.stat().st_size <= LARGEST[folder.name]


def test_golden_photo_gets_the_promised_answer(model: Path, manifest: Manifest) -> None:
    image = prepare(golden_photo(), manifest.preprocessing)[None]
    probability, embedding = ask(session(model), image)
    assert probability[0] == pytest.approx(manifest.golden.probability, abs=1e-3)
    assert embedding.shape == (1, manifest.embedding_size)
    assert np.linalg.norm(embedding) == pytest.approx(1, abs=1e-4)


def test_a_photo_gets_the_same_answer_alone_and_among_others(model: Path, manifest: Manifest) -> None:
    image = prepare(golden_photo(), manifest.preprocessing)
    others = np.random.default_rng(0).integers(0, 256, (6, 224, 224, 3), dtype=np.uint8)
    asked = session(model)
    alone, _ = ask(asked, image[None])
    among, _ = ask(asked, np.concatenate([others, image[None]]))
    assert among[-1] == pytest.approx(alone[0], abs=1e-4)


def test_reference_quantiles_ascend_over_most_of_the_scale(manifest: Manifest) -> None:
    quantiles = np.array(manifest.reference.score_quantiles)
    assert (np.diff(quantiles) >= 0).all()
    assert quantiles[95] - quantiles[5] > 40


@pytest.mark.data
def test_vessel_figures_of_the_manifest_are_those_of_the_file(model: Path, manifest: Manifest, data: Path) -> None:
    vessel = read_rated(data / "vessel")
    asked = session(model)
    images = (prepare(path.read_bytes(), manifest.preprocessing)[None] for path in vessel.files)
    told = np.concatenate([ask(asked, image)[0] for image in images])
    promised = {(m.name, m.category): m.value for m in manifest.metrics if "vessel" in m.dataset}
    for metric in metrics(told, vessel, "vessel", EvaluationConfig(resamples=2), overall=False):
        assert metric.value == pytest.approx(promised[metric.name, metric.category], abs=0.02)


@pytest.mark.data
def test_changed_copies_find_their_original(model: Path, manifest: Manifest, data: Path) -> None:
    files = tuple(sorted((data / "ccby" / "images").glob("*.jpg")))[:120]
    assert measure_copy_similarity(files, session(model), manifest.preprocessing).found > 0.95
