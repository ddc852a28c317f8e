"""Train, measure, export and publish a model.

    critic-train head --rated ../shared/data/oasis --across ../shared/data/vessel --pool ../shared/data/pool/index.csv \
        --weights alexnet_imagenet_features.safetensors --out runs/alexnet
    critic-train export --run runs/alexnet --rated ../shared/data/oasis --across ../shared/data/vessel \
        --pool ../shared/data/pool/index.csv --reference ../shared/data/ccby/attribution.csv --out exported/aesthetics
    critic-train publish exported/aesthetics services/inference/model_repository

Without --weights, torchvision's published AlexNet checkpoint is downloaded. `make model` runs these.
"""

import typer

from critic_training.baselines.command import app as baselines
from critic_training.bench.command import app as bench
from critic_training.data.command import app as data
from critic_training.evaluation.command import app as evaluation
from critic_training.export.command import app as export
from critic_training.export.half_precision.convert import app as halving
from critic_training.export.parity_command import app as serving
from critic_training.finetune.command import app as finetune
from critic_training.head.command import app as head
from critic_training.publishing import app as publishing
from critic_training.report.command import app as report

app = typer.Typer(help=__doc__, no_args_is_help=True, pretty_exceptions_show_locals=False)


app.add_typer(baselines)
app.add_typer(head)
app.add_typer(finetune)
app.add_typer(export)
app.add_typer(halving)
app.add_typer(serving)
app.add_typer(bench)
app.add_typer(data)
app.add_typer(evaluation)
app.add_typer(publishing)
app.add_typer(report)


def main() -> None:
    """The command `critic-train`."""
    app()


if __name__ == "__main__":
    main()
