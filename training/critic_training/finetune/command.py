"""`critic-train finetune`, `critic-train distil` and `critic-train popularity`.

    critic-train distil --pool $CRITIC_DATA/pool/index.csv --weights $CRITIC_WEIGHTS --out runs/distil
    critic-train finetune --rated $CRITIC_DATA/oasis --across $CRITIC_DATA/vessel --pool $CRITIC_DATA/pool/index.csv \
        --weights runs/distil/checkpoint.pt --out runs/alexnet --seeds 7,8,9,10,11 \
        --set ranking=1 --set learning_rate=0.002

`--set name=value` sets a hyperparameter of `runs/configuration.py`, `--configuration file.json` sets several.
Several GPUs: `torchrun --nproc-per-node 8 -m critic_training finetune …`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, TypeVar

import torch
import typer

from critic_core.contracts.manifest import Preprocessing
from critic_training.data.photo_cache import cached_photos
from critic_training.data.photo_sets import read_unrated
from critic_training.finetune.batch import NO_LABEL
from critic_training.finetune.distillation import DISTILLATION, Distillation
from critic_training.finetune.distillation import distil as distil_pool
from critic_training.finetune.folds import run_final, run_folds
from critic_training.finetune.plan import Plan
from critic_training.finetune.popularity_run import POPULARITY, PopularityRun, train_on_popularity
from critic_training.finetune.process_group import ProcessGroupRank, barrier, process_group
from critic_training.finetune.random_degradation import degrade_randomly
from critic_training.finetune.shard_source import Label
from critic_training.runs.configuration import Configuration, from_dict, parse_overrides, read_configuration
from critic_training.runs.library import open_library
from critic_training.runs.options import Pool, RatedFolder
from critic_training.runs.progress import Progress

Value = TypeVar("Value")

app = typer.Typer()

Weights = Annotated[
    Path | None,
    typer.Option(
        envvar="CRITIC_WEIGHTS",
        exists=True,
        dir_okay=False,
        help="Initial weights: ImageNet's as safetensors, or a run's checkpoint.pt; by default the published weights.",
    ),
]
Out = Annotated[Path, typer.Option(help="Folder of the run. Resumes an interrupted run.")]
Arch = Annotated[str, typer.Option(help="Network: alexnet or efficientnet-lite0.")]
Overrides = Annotated[
    list[str] | None, typer.Option("--set", help="name=value: a hyperparameter of runs/configuration.py; repeatable.")
]
File = Annotated[
    Path | None, typer.Option(help="JSON with hyperparameters, for example another run's configuration.json.")
]
Cache = Annotated[Path, typer.Option(help="Cache of preprocessed photos (150 KB each).")]
OptionalPool = Annotated[Path | None, typer.Option(help="Table of unlabelled photos (index.csv).")]
Teacher = Annotated[list[str] | None, typer.Option(help="imagenet, or a run's checkpoint.pt; repeatable.")]
Components = Annotated[int | None, typer.Option(help="Principal components of the teachers' targets; default: all.")]


@app.command()
def finetune(  # noqa: PLR0913, PLR0917 - options of the command
    rated: RatedFolder,
    out: Out,
    arch: Arch = Configuration.arch,
    weights: Weights = None,
    across: Annotated[list[Path] | None, typer.Option(help="Rated folders for evaluation only.")] = None,
    pool: OptionalPool = None,
    teacher: Teacher = None,
    components: Components = None,
    rater: Annotated[list[Path] | None, typer.Option(help="Runs whose networks teach ratings.")] = None,
    seeds: Annotated[str, typer.Option(help="One run of all folds each; the first is that of the final run.")] = "7",
    folds: Annotated[bool, typer.Option(help="Cross-validate: predict ratings out of fold.")] = True,
    final: Annotated[bool, typer.Option(help="Train the final network on all folds.")] = True,
    configuration: File = None,
    overrides: Overrides = None,
    cache: Cache = Path(".cache/photos"),
) -> None:
    """Fine-tune a network on rated photos: out-of-fold ratings, then the network that ships."""
    config = _configure(Configuration(), arch, configuration, overrides)
    with _start(out, config) as (process, device), Progress(shown=process.is_main) as progress:
        library = _main_first(process, lambda: open_library(rated, pool, across or (), cache, Preprocessing()))
        plan = Plan(
            config=config,
            library=library,
            weights=weights,
            out=out,
            seeds=tuple(int(seed) for seed in seeds.split(",")),
            teachers=tuple(teacher or ()),
            components=components,
            raters=tuple(rater or ()),
            degrade=degrade_randomly,
            process=process,
            device=device,
        )
        if folds:
            run_folds(plan, progress)
        if final:
            run_final(plan, progress)


@app.command()
def distil(  # noqa: PLR0913, PLR0917 - options of the command
    pool: Pool,
    out: Out,
    arch: Arch = Configuration.arch,
    weights: Weights = None,
    teacher: Teacher = None,
    components: Components = None,
    configuration: File = None,
    overrides: Overrides = None,
    cache: Cache = Path(".cache/photos"),
) -> None:
    """Distil a stronger network's logits and features into a network, on unlabelled photos."""
    config = _configure(DISTILLATION, arch, configuration, overrides)
    with _start(out, config) as (process, device), Progress(shown=process.is_main) as progress:
        photos = _main_first(process, lambda: cached_photos(read_unrated(pool), Preprocessing(), cache))
        teachers = tuple(teacher or ("imagenet",))
        run = Distillation(config, photos, weights, teachers, components, out, degrade_randomly, process, device)
        distil_pool(run, progress)


@app.command()
def popularity(  # noqa: PLR0913, PLR0917 - options of the command
    shards: Annotated[Path, typer.Option(help="Folder of WebDataset tars for training.")],
    validation: Annotated[Path, typer.Option(help="Folder of tars for validation, of other owners.")],
    out: Out,
    arch: Arch = Configuration.arch,
    weights: Weights = None,
    label: Annotated[str, typer.Option(help="Key of the metadata: 1 pleasing, 0 not, null neither.")] = "label",
    configuration: File = None,
    overrides: Overrides = None,
) -> None:
    """Fine-tune on millions of photos labelled by popularity, as in the paper."""
    config = _configure(POPULARITY, arch, configuration, overrides)
    with _start(out, config) as (process, device), Progress(shown=process.is_main) as progress:
        train, held_out = (tuple(sorted(folder.glob("*.tar"))) for folder in (shards, validation))
        run = PopularityRun(config, train, held_out, _label_of(label), weights, out, process, device)
        source = train_on_popularity(run, progress)
        if source.undecodable:
            progress.bars.console.print(f"{source.undecodable} photos could not be decoded and were left out")


def _label_of(key: str) -> Label:
    def label(metadata: dict[str, Any]) -> float:
        value = metadata.get(key)
        return NO_LABEL if value is None else float(str(value))

    return label


def _configure(
    defaults: Configuration, arch: str, configuration: Path | None, overrides: list[str] | None
) -> Configuration:
    """The command's defaults, then the file's values, then those of the command line."""
    values = defaults.to_dict() | {"arch": arch}
    if configuration:
        values |= read_configuration(configuration).to_dict()
    try:
        return from_dict(values | parse_overrides(overrides or []))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


@contextmanager
def _start(out: Path, config: Configuration) -> Iterator[tuple[ProcessGroupRank, torch.device]]:
    with process_group() as (process, device):
        if process.is_main:
            out.mkdir(parents=True, exist_ok=True)
            config.write(out)
        barrier(process)
        yield process, device


def _main_first(process: ProcessGroupRank, read: Callable[[], Value]) -> Value:
    """The main process fills the photo cache; the other processes then read it."""
    if process.is_main:
        value = read()
    barrier(process)
    return value if process.is_main else read()
