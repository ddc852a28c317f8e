"""Train, measure, export and publish a model.

    critic-train head --rated $CRITIC_DATA/oasis --across $CRITIC_DATA/vessel --pool $CRITIC_DATA/pool/index.csv \
        --weights $CRITIC_WEIGHTS --out runs/alexnet
    critic-train export --run runs/alexnet --rated $CRITIC_DATA/oasis --across $CRITIC_DATA/vessel \
        --pool $CRITIC_DATA/pool/index.csv --reference $CRITIC_DATA/ccby/attribution.csv --out exported/aesthetics
    critic-train publish exported/aesthetics services/inference/model_repository

`CRITIC_DATA` names the folder of the data sets, `CRITIC_WEIGHTS` the file of pretrained weights (training/README.md);
without weights, torchvision's AlexNet checkpoint is downloaded. `make model` runs these commands.
"""

import typer

from critic_training.baselines.command import app as baselines
from critic_training.bench.command import app as bench
from critic_training.data.command import app as data
from critic_training.end_to_end.command import app as pool
from critic_training.evaluation.attribution import app as attribution
from critic_training.evaluation.command import app as evaluation
from critic_training.evaluation.suggestions.command import app as suggestions
from critic_training.export.command import app as export
from critic_training.export.half_precision.command import app as half
from critic_training.export.parity_command import app as parity
from critic_training.faces.command import app as faces
from critic_training.finetune.command import app as finetune
from critic_training.head.command import app as head
from critic_training.people.command import app as people
from critic_training.publish.command import app as publish
from critic_training.publish.repository import app as repository
from critic_training.report.command import app as report

app = typer.Typer(help=__doc__, no_args_is_help=True, pretty_exceptions_show_locals=False)
app.add_typer(baselines)
app.add_typer(pool)
app.add_typer(people)
app.add_typer(head)
app.add_typer(finetune)
app.add_typer(export)
app.add_typer(half)
app.add_typer(parity)
app.add_typer(bench)
app.add_typer(data)
app.add_typer(evaluation)
app.add_typer(attribution)
app.add_typer(suggestions)
app.add_typer(publish)
app.add_typer(repository)
app.add_typer(faces)
app.add_typer(report)


def main() -> None:
    """The command `critic-train`."""
    app()


if __name__ == "__main__":
    main()
