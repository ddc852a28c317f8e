"""The choice of the shipped form: each candidate is built and measured on photos outside every training set."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import onnx
import torch
from rich.table import Table

from critic_core.contracts.manifest import Scale
from critic_training.data.photo_sets import Inputs
from critic_training.evaluation.calibration import Platt
from critic_training.evaluation.onnx_model import milliseconds, open_session
from critic_training.export import alexnet
from critic_training.export.build import build
from critic_training.export.difference import Difference, Limits
from critic_training.export.form import FLOAT32, FORMS, Form
from critic_training.export.parity import compare
from critic_training.networks.network import Network

BATCHES = (1, 8, 32)


@dataclass(frozen=True)
class Served:
    """From ratings to probabilities, and from these to scores."""

    platt: Platt
    scale: Scale


@dataclass(frozen=True)
class Measured:
    """`milliseconds` a call on the CPU, by batch size; `difference` from the trained network."""

    form: Form
    file: Path
    megabytes: float
    milliseconds: dict[int, float]
    difference: Difference


def measure(
    network: Network, served: Served, calibration: Callable[[], Inputs], validation: Inputs, folder: Path
) -> Iterator[Measured]:
    """Every form of the architecture, built into `folder`; factors of `calibration`, figures of `validation`."""
    photos = calibration() if any(form.rank for form in FORMS[network.architecture]) else validation[:0]
    used = alexnet.spans(network, torch.from_numpy(photos)) if len(photos) else {}
    for form in FORMS[network.architecture]:
        if form.rank and form.rank >= len(photos):
            continue  # so many photos span no subspace of that rank
        file = folder / f"{form.name.replace(', ', '-').replace(' ', '-')}.onnx"
        factors = alexnet.factors(network, used, form.rank) if form.rank else None
        onnx.save_model(build(network, served.platt, form, factors), file)
        yield _measured(form, file, compare(network, served.platt, file, validation, served.scale))


def _measured(form: Form, file: Path, difference: Difference) -> Measured:
    session = open_session(file)
    times = {batch: milliseconds(session, batch) for batch in BATCHES}
    return Measured(form, file, file.stat().st_size / 1e6, times, difference)


def reference(measured: list[Measured]) -> Measured:
    """The float32 form."""
    return next(candidate for candidate in measured if candidate.form == FLOAT32)


def choose(measured: list[Measured], limits: Limits) -> Measured:
    """The smallest allowed form: all compute in float32, once loaded. ValueError for none."""
    allowed = [
        candidate
        for candidate in measured
        if candidate.megabytes <= limits.megabytes
        and candidate.difference.probability <= limits.probability
        and candidate.difference.points <= limits.points
        and candidate.difference.order <= limits.order
    ]
    if not allowed:
        raise ValueError(f"no form keeps within {limits}")
    return min(allowed, key=lambda candidate: candidate.megabytes)


def rows(measured: list[Measured]) -> list[tuple[str, ...]]:
    """For tables: form, MB, milliseconds by batch, differences."""
    return [
        (
            candidate.form.name,
            f"{candidate.megabytes:.1f}",
            *(f"{candidate.milliseconds[batch]:.1f}" for batch in BATCHES),
            f"{candidate.difference.points:.2f}",
            f"{1 - candidate.difference.order:.4f}",
        )
        for candidate in measured
    ]


HEADER = (
    "weights as",
    "MB",
    *(f"ms, batch {batch}" for batch in BATCHES),
    "score differs by, points",
    "rank correlation",
)


def table(measured: list[Measured]) -> Table:
    """For a terminal."""
    shown = Table(*HEADER, title="Forms, built and measured")
    for row in rows(measured):
        shown.add_row(*row)
    return shown
