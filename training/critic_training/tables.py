"""What a training run prints."""

from collections.abc import Iterable

from rich.table import Table

from critic_core.contracts.manifest import Metric
from critic_training.compress import Form
from critic_training.dataset import Floats
from critic_training.dense_forms import DenseForm
from critic_training.evaluate import spearman
from critic_training.experiment import Result


def results(result: Result) -> Table:
    """The network beside its teacher and the baseline, figure by figure, with 95 % intervals."""
    table = Table("data", "figure", *result.beside, "network", title="Results, 95 % bootstrap intervals in brackets")
    columns = [{_key(m): m for m in metrics} for metrics in (*result.beside.values(), result.metrics)]
    for metric in result.metrics:
        cells = [_cell(column.get(_key(metric))) for column in columns]
        table.add_row(metric.dataset, " ".join(filter(None, (metric.name, metric.category))), *cells)
    return table


def shipped_forms(measured: Iterable[Form]) -> Table:
    """Files of the exact factors."""
    table = Table(
        "weights as", "MB", "Spearman lost", "ms, batch 1", "ms, batch 8", "MB resident", title="Exact factors, built"
    )
    for form in measured:
        numbers = (form.milliseconds_1, form.milliseconds_8, form.resident_megabytes)
        table.add_row(form.storage, f"{form.megabytes:.1f}", f"{form.cost:+.4f}", *(f"{n:.1f}" for n in numbers))
    return table


def dense_ones(forms: Iterable[DenseForm], score: Floats) -> Table:
    """What dense fc6 and fc7 would have cost."""
    table = Table("fc6 and fc7 as", "MB", "Spearman on the training photos", title="Dense matrices, for comparison")
    for form in forms:
        table.add_row(form.name, f"{form.megabytes:.1f}", f"{spearman(form.rating, score):.4f}")
    return table


def _key(metric: Metric) -> tuple[str, str, str | None]:
    return metric.dataset, metric.name, metric.category


def _cell(metric: Metric | None) -> str:
    if metric is None:
        return ""
    interval = f" [{metric.low:.2f}, {metric.high:.2f}]" if metric.low is not None else ""
    return f"{metric.value:.3f}{interval}"
