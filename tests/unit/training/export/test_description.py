"""The model file and its card say what they are, away from the repository."""

import json
from pathlib import Path

import onnx
import yaml
from tests.support.tiny_model import tiny_manifest, tiny_model_folder

from critic_core.contracts.manifest import MODEL_FILE, Metric
from critic_training.export.front_matter import front_matter
from critic_training.export.metadata import describe
from critic_training.export.model_folder import sha256


def test_the_file_names_its_licence_preprocessing_and_scale(tmp_path: Path) -> None:
    model = tmp_path / "tiny" / MODEL_FILE
    manifest = describe(model, tiny_model_folder(model.parent))
    file = onnx.load_model(model)
    found = {entry.key: entry.value for entry in file.metadata_props}
    assert (found["name"], found["license"]) == (manifest.name, "Apache-2.0")
    assert json.loads(found["preprocessing"]) == manifest.preprocessing.model_dump(mode="json")
    assert json.loads(found["scale"])["slope"] == manifest.scale.slope
    assert manifest.weights_sha256 == sha256(model)


def test_the_front_matter_is_yaml_with_results_by_data_set() -> None:
    metrics = (
        Metric(name="spearman", dataset="oasis, out of fold", value=0.75),
        Metric(name="spearman", dataset="oasis, out of fold", value=0.5, category="Animal"),
        Metric(name="good against bad accuracy", dataset="oasis → vessel, never trained on it", value=0.77),
    )
    text = front_matter(tiny_manifest().model_copy(update={"metrics": metrics}))
    assert text.startswith("---\n")
    assert text.endswith("\n---")
    found = yaml.safe_load(text.strip("-"))
    results = found["model-index"][0]["results"]
    assert found["license"] == "apache-2.0"
    assert [(result["dataset"]["type"], result["metrics"][0]["value"]) for result in results] == [
        ("oasis", 0.75),
        ("vessel", 0.77),
    ]
    assert [len(result["metrics"]) for result in results] == [1, 1]
