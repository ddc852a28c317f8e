"""`critic-train finetune`, `critic-train distil` and `critic-train popularity`.

    critic-train distil --pool ../shared/data/pool/index.csv --weights alexnet_imagenet_features.safetensors \
        --out runs/distil
    critic-train finetune --rated ../shared/data/oasis --across ../shared/data/vessel \
        --pool ../shared/data/pool/index.csv --weights runs/distil/checkpoint.pt --out runs/alexnet \
        --seeds 7,8,9,10,11 --knob ranking=1 --knob rate=0.002

Any knob of `finetune/configuration.py` is turned with `--knob name=value`, or all with `--configuration file.json`.
Several GPUs: `torchrun --nproc-per-node 8 -m critic_training finetune …`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeVar

import torch
import typer

from critic_core.contracts.manifest import Preprocessing
from critic_training.data.photo_cache import prepared
from critic_training.data.photo_sets import read_unrated
from critic_training.finetune.batch import NO_LABEL
from critic_training.finetune.distillation import DISTILLATION, Distillation
from critic_training.finetune.distillation import distil as distil_pool
from critic_training.finetune.folds import run_final, run_folds
from critic_training.finetune.photo_source import Share
from critic_training.finetune.plan import Plan, open_library
from critic_training.finetune.popularity_run import POPULARITY, Popularity, learn_popularity
from critic_training.finetune.process_group import processes, wait
from critic_training.finetune.random_degradation import degrade_randomly
from critic_training.runs.configuration import Configuration, from_dict, parse_knobs, read_configuration
from critic_training.runs.progress import Progress

Read = TypeVar("Read")

app = typer.Typer()

Weights = Annotated[
    Path | None,
    typer.Option(
        envvar="CRITIC_WEIGHTS",
        help="What to start from: safetensors of ImageNet, or a run's checkpoint.pt; else the published weights.",
    ),
]
Out = Annotated[Path, typer.Option(help="Folder of the run. A run that was interrupted goes on there.")]
Arch = Annotated[str, typer.Option(help="A network: alexnet or efficientnet-lite0.")]
Knob = Annotated[list[str] | None, typer.Option(help="name=value, of finetune/configuration.py; repeatable.")]
File = Annotated[Path | None, typer.Option(help="JSON of knobs, for example another run's configuration.json.")]
Cache = Annotated[Path, typer.Option(help="Where prepared photos are kept (150 KB each).")]
Pool = Annotated[Path | None, typer.Option(help="Table of unlabelled photos (index.csv).")]
Teacher = Annotated[list[str] | None, typer.Option(help="imagenet, or a run's checkpoint.pt; repeatable.")]
Components = Annotated[int | None, typer.Option(help="Principal components kept of the teachers' targets; else all.")]


@app.command()
def finetune(  # noqa: PLR0913, PLR0917 - each is an option of the command
    rated: Annotated[Path, typer.Option(help="Folder with labels.csv and folds, to learn from.")],
    out: Out,
    arch: Arch = Configuration.arch,
    weights: Weights = None,
    across: Annotated[list[Path] | None, typer.Option(help="Rated folders that are only answered about.")] = None,
    pool: Pool = None,
    teacher: Teacher = None,
    components: Components = None,
    rater: Annotated[list[Path] | None, typer.Option(help="Runs whose networks teach their ratings.")] = None,
    seeds: Annotated[str, typer.Option(help="One run of all folds each; the first is the final one's.")] = "7",
    folds: Annotated[bool, typer.Option(help="Answer out of fold.")] = True,
    final: Annotated[bool, typer.Option(help="Learn from all folds in the end.")] = True,
    configuration: File = None,
    knob: Knob = None,
    cache: Cache = Path(".cache/photos"),
) -> None:
    """Fine-tune a network on rated photos: out-of-fold answers, then the network that is shipped."""
    knobs = _knobs(Configuration(), arch, configuration, knob)
    with _processes(out, knobs) as (share, device), Progress(shown=share.rank == 0) as progress:
        library = _first_alone(share, lambda: open_library(rated, pool, across or (), cache, Preprocessing()))
        plan = Plan(
            knobs=knobs,
            library=library,
            weights=weights,
            out=out,
            seeds=tuple(int(seed) for seed in seeds.split(",")),
            teachers=tuple(teacher or ()),
            targets=components,
            raters=tuple(rater or ()),
            degrade=degrade_randomly,
            share=share,
            device=device,
        )
        if folds:
            run_folds(plan, progress)
        if final:
            run_final(plan, progress)


@app.command()
def distil(  # noqa: PLR0913, PLR0917 - each is an option of the command
    pool: Annotated[Path, typer.Option(help="Table of unlabelled photos (index.csv).")],
    out: Out,
    arch: Arch = Configuration.arch,
    weights: Weights = None,
    teacher: Teacher = None,
    components: Components = None,
    configuration: File = None,
    knob: Knob = None,
    cache: Cache = Path(".cache/photos"),
) -> None:
    """Teach a network a stronger one's logits and features, on unlabelled photos."""
    knobs = _knobs(DISTILLATION, arch, configuration, knob)
    with _processes(out, knobs) as (share, device), Progress(shown=share.rank == 0) as progress:
        photos = _first_alone(share, lambda: prepared(read_unrated(pool), Preprocessing(), cache))
        teachers = tuple(teacher or ("imagenet",))
        distil_pool(Distillation(knobs, photos, weights, teachers, components, out, degrade_randomly, share, device), progress)


@app.command()
def popularity(  # noqa: PLR0913, PLR0917 - each is an option of the command
    shards: Annotated[Path, typer.Option(help="Folder of WebDataset tars to learn from.")],
    validation: Annotated[Path, typer.Option(help="Folder of tars to judge by: of other owners.")],
    out: Out,
    arch: Arch = Configuration.arch,
    weights: Weights = None,
    label: Annotated[str, typer.Option(help="Key of the metadata: 1 pleasing, 0 not, null neither.")] = "label",
    configuration: File = None,
    knob: Knob = None,
) -> None:
    """Fine-tune on millions of photos labelled by popularity, as in the paper."""
    knobs = _knobs(POPULARITY, arch, configuration, knob)
    with _processes(out, knobs) as (share, device), Progress(shown=share.rank == 0) as progress:
        train, other = (tuple(sorted(folder.glob("*.tar"))) for folder in (shards, validation))
        asked = Popularity(knobs, train, other, lambda told: _number(told.get(label)), weights, out, share, device)
        source = learn_popularity(asked, progress)
        if source.bad:
            progress.bars.console.print(f"{source.bad} photos could not be decoded and were left out")


def _number(value: object) -> float:
    return NO_LABEL if value is None else float(str(value))


def _knobs(defaults: Configuration, arch: str, configuration: Path | None, words: list[str] | None) -> Configuration:
    """Defaults, then the file's, then those of the command line."""
    told = defaults.to_dict() | {"arch": arch}
    if configuration:
        told |= read_configuration(configuration).to_dict()
    try:
        return from_dict(told | parse_knobs(words or []))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


@contextmanager
def _processes(out: Path, knobs: Configuration) -> Iterator[tuple[Share, torch.device]]:
    with processes() as (share, device):
        if share.rank == 0:
            out.mkdir(parents=True, exist_ok=True)
            knobs.write(out)
        wait(share)
        yield share, device


def _first_alone(share: Share, read: Callable[[], Read]) -> Read:
    """The first process prepares the photos; the others then find them prepared."""
    if share.rank == 0:
        found = read()
    wait(share)
    return found if share.rank == 0 else read()
