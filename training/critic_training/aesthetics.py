"""The whole way of the model "aesthetics": look → baseline → train → judge → compress → check → publish."""

import shlex
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from torch import Tensor

from critic_core.contracts.manifest import Calibration, Golden, Manifest, Metric, Preprocessing, Reference
from critic_core.imaging.golden import golden_photo
from critic_core.imaging.prepare import prepare
from critic_training import tables
from critic_training.alexnet import frozen_convolutions
from critic_training.assemble import Compact, dense
from critic_training.compress import Form, choose, forms
from critic_training.corpus import Corpus, look_at
from critic_training.dataset import load
from critic_training.dense_forms import dense_forms
from critic_training.duplicates import likeness
from critic_training.experiment import OUT_OF_FOLD, Result, experiment
from critic_training.knobs import Knobs
from critic_training.parity import check_parity
from critic_training.publish import commit, publish, sha256
from critic_training.runtime import ask, session

NAME, VERSION = "aesthetics", "1"
SUMMARY = (
    "The score is 100 times the calibrated probability that people would place the photo among the more beautiful "
    "30 % of its kind rather than among the less beautiful 30 %. It was learnt from 627 photos rated by 104 to 368 "
    "people each (OASIS), on which beauty follows subject matter strongly: it says little about technique, it is weak "
    "within animals and outdoor views of buildings, and it says nothing about which of two near-identical frames is "
    "better. It must not be used to judge people."
)


def train(data: Path, weights: Path | None, out: Path, knobs: Knobs, console: Console) -> Manifest:
    """Train, evaluate and publish to the model repository `out`.

    Raises ParityError, or ValueError where no form is small enough, and then publishes nothing.
    """
    torch.manual_seed(knobs.seed)
    preprocessing = Preprocessing()
    network = frozen_convolutions(weights)
    corpus = look_at(data, network, preprocessing)
    result = experiment(corpus, knobs, console)
    console.print(tables.results(result))
    state = {f"features.{key}": value for key, value in network.state_dict().items()}
    with tempfile.TemporaryDirectory() as folder:
        measured = _measure(corpus, result.parts, state, preprocessing, Path(folder))
        console.print(tables.shipped_forms(measured))
        console.print(tables.dense_ones(dense_forms(result.parts, corpus.maps["oasis"].plain), corpus.oasis.score))
        chosen = choose(measured, knobs.largest_cost)
        console.print(f"chosen: {chosen.storage}, {chosen.megabytes:.1f} MB")
        photos = [golden_photo(), *(path.read_bytes() for path in corpus.oasis.files[::10])]
        worst = check_parity(dense(result.parts, state), chosen.file, photos, preprocessing, knobs.parity_tolerance)
        console.print(f"parity from file bytes: {len(photos)} photos, PyTorch and ONNX differ by at most {worst:.6f}")
        manifest = _manifest(corpus, result, chosen.file, preprocessing, knobs)
        console.print(f"published to {publish(out, manifest, chosen.file, VERSION)}")
    return manifest


def _measure(
    corpus: Corpus, parts: Compact, state: dict[str, Tensor], preprocessing: Preprocessing, folder: Path
) -> list[Form]:
    photos = np.concatenate(list(load(corpus.oasis.files, preprocessing)))
    convolutions = {key: value.numpy() for key, value in state.items()}
    return forms(convolutions, parts, photos, corpus.oasis.score, folder)


def _manifest(corpus: Corpus, result: Result, model: Path, preprocessing: Preprocessing, knobs: Knobs) -> Manifest:
    asked = session(model)
    scores = np.concatenate([100 * ask(asked, batch)[0] for batch in load(corpus.ccby, preprocessing)])
    golden, _ = ask(asked, prepare(golden_photo(), preprocessing)[None])
    copies = likeness(corpus.ccby, asked, preprocessing)
    found = Metric(name="changed copies found again", dataset="ccby", value=round(copies.found, 4))
    return Manifest(
        name=NAME,
        version=VERSION,
        architecture="AlexNet (torchvision layout); fc6 block-diagonal, fc7 of rank 512, two outputs",
        embedding_size=knobs.embedding_size,
        preprocessing=preprocessing,
        calibration=Calibration(
            method="platt",
            parameters={"slope": result.platt.slope, "intercept": result.platt.intercept},
            fitted_on=OUT_OF_FOLD,
        ),
        reference=Reference(
            dataset="1,000 Flickr photos (CC BY 2.0), none of them seen in training",
            photos=len(scores),
            score_quantiles=tuple(round(float(q), 4) for q in np.quantile(scores, np.linspace(0, 1, 101))),
        ),
        golden=Golden(probability=round(float(golden[0]), 6)),
        datasets=corpus.cards(),
        metrics=(*result.metrics, found),
        weights_sha256=sha256(model),
        training_command=_command(),
        training_commit=commit(),
        created=datetime.now(UTC).date().isoformat(),
        summary=SUMMARY,
    )


def _command() -> str:
    """As typed, without the folders of this machine."""
    return shlex.join(["critic-train", *(_last(word) for word in sys.argv[1:])])


def _last(word: str) -> str:
    return Path(word).name if Path(word).is_absolute() else word
