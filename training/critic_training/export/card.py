"""`MODEL_CARD.md`: purpose, meaning of the score, limits, figures, storage and data of a model."""

from critic_core.contracts.manifest import Manifest, Metric
from critic_training.evaluation.markdown import table
from critic_training.evaluation.reliability import Bin
from critic_training.export.front_matter import front_matter
from critic_training.export.measure import HEADER, Measured, rows

MEANING = """\
The score estimates people's mean rating of the photo in points from 0 to 100; 50 is an ordinary photo. Four of five
ratings lie within its interval. The probability is the calibrated one that people would place the photo among the more
beautiful 30 % of its kind rather than among the less beautiful 30 %. Its percentile says where it lies among the photos
of the reference set."""

WARNING = """\
Beauty ratings follow subject matter strongly, so compare photos of one kind; it is weak within animals and outdoor
views of buildings, says little about which of two near-identical frames is better, and must not be used to judge
people."""

LIMITS = """\
- It was learnt from a few hundred photos whose mean ratings say how beautiful people find them and, where `pool` is a
  training set, from thousands that a vision-language model rated by small pictures (`training/datasets/ratings`): not
  people's opinions. Both follow
  subject matter strongly: a sunset scores above a waste bin however well the bin is photographed. Compare photos of
  one kind.
- It says little about which of two near-identical frames is better: rank those by sharpness and exposure, too.
- It sees the whole photo at 224 × 224 pixels: slight blur, noise and missed focus are below what it can see.
- Within animals, and for outdoor views of buildings, it is weakest: see the figures by category.
- The raters are the participants of a few studies: tastes elsewhere are not in it.
- It must not be used to judge people, nor to decide anything about them."""


def card(manifest: Manifest, measured: list[Measured], chosen: Measured, diagram: tuple[Bin, ...]) -> str:
    """Markdown with front matter."""
    paragraphs = (
        front_matter(manifest),
        f"# {manifest.name}, version {manifest.version}",
        f"{manifest.architecture}. Input: uint8 `[N, 224, 224, 3]`, RGB; outputs: `probability` `[N, 2]`, "
        f"`embedding` `[N, {manifest.embedding_size}]`{', `kind`' if manifest.kinds else ''}. Made {manifest.created} "
        f"by `{manifest.training_command}`, commit {manifest.training_commit[:12]}.",
        "## What the score means",
        MEANING,
        "## What it does not mean, and where it fails",
        LIMITS,
        "## Figures",
        table(("data", "figure", "value", "95 % interval"), [_figure(metric) for metric in manifest.metrics]),
        "## Reliability",
        f"Probabilities are calibrated by Platt's method on {manifest.calibration.fitted_on}. Below, each fold's by "
        "the curve of the other folds: of photos with about this probability, the share of the good kind.",
        table(("predicted", "were good", "", "photos"), [_bin(group) for group in diagram]),
        "## How it is stored",
        f"Shipped: {chosen.form.name}. Differences are the largest on photos outside every training set.",
        table(HEADER, rows(measured)),
        "## Data and licences",
        table(
            ("set", "role", "photos", "licence", "source"),
            [(data.name, data.role, str(data.photos), data.licence, data.source) for data in manifest.datasets],
        ),
    )
    return "\n\n".join(paragraphs) + "\n"


def _bin(group: Bin) -> tuple[str, ...]:
    return f"{group.predicted:.2f}", f"{group.good:.2f}", "█" * round(20 * group.good), str(group.photos)


def _figure(metric: Metric) -> tuple[str, ...]:
    name = metric.name if metric.category is None else f"{metric.name}, {metric.category}"
    interval = "" if metric.low is None or metric.high is None else f"{metric.low:.3f} to {metric.high:.3f}"
    return metric.dataset, name, f"{metric.value:.3f}", interval
