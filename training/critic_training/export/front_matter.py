"""The YAML at the head of a model card, as the Hugging Face hub reads it: licence, tags, results."""

from collections.abc import Iterator

from critic_core.contracts.manifest import Manifest, Metric
from critic_training.export.metadata import LICENCE

TYPES = {
    "spearman": "spearmanr",
    "spearman within category": "spearmanr",
    "good against bad accuracy": "accuracy",
}
"""The hub's types of our figures; others stand in the tables only."""
HEAD = f"""\
license: {LICENCE.lower()}
library_name: onnx
pipeline_tag: image-classification
tags: [onnx, image-aesthetics, photography]
metrics: [spearmanr, accuracy]
model-index:"""


def front_matter(manifest: Manifest) -> str:
    """Between two lines of dashes."""
    return "\n".join(["---", HEAD, f"- name: {manifest.name}", "  results:", *_results(manifest), "---"])


def _results(manifest: Manifest) -> Iterator[str]:
    found = [metric for metric in manifest.metrics if metric.name in TYPES and metric.category is None]
    for dataset in dict.fromkeys(metric.dataset for metric in found):
        yield "  - task: {type: image-classification, name: rating of photos}"
        yield f'    dataset: {{type: "{_identifier(dataset)}", name: "{dataset}"}}'
        yield "    metrics:"
        yield from (_metric(metric) for metric in found if metric.dataset == dataset)


def _metric(metric: Metric) -> str:
    return f"    - {{type: {TYPES[metric.name]}, name: {metric.name}, value: {metric.value}}}"


def _identifier(dataset: str) -> str:
    """The set that was measured: "oasis → vessel, never trained on it" is of vessel."""
    return dataset.split(",", maxsplit=1)[0].rsplit(" → ", maxsplit=1)[-1]
