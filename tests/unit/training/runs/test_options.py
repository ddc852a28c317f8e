"""Data sets come from the options, else from CRITIC_DATA; without both a sentence names them."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from critic_training.__main__ import app as critic_train
from critic_training.runs.options import AlexNetWeights, Pool, RatedFolder

app = typer.Typer()


@app.command()
def show(rated: RatedFolder, pool: Pool, weights: AlexNetWeights = None) -> None:
    typer.echo(f"{rated} {pool} {weights}")


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRITIC_DATA", raising=False)
    monkeypatch.delenv("CRITIC_WEIGHTS", raising=False)


def output_of(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments))
    return " ".join(result.output.replace("│", " ").split())


def test_options_default_to_folders_below_critic_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRITIC_DATA", "/sets")
    assert output_of() == "/sets/oasis /sets/pool/index.csv None"
    assert output_of("--rated", "/mine") == "/mine /sets/pool/index.csv None"


def test_without_option_and_critic_data_a_sentence_names_both() -> None:
    assert "give --rated, or set CRITIC_DATA to the folder of the data sets" in output_of()
    assert "give --pool, or set CRITIC_DATA" in output_of("--rated", "/mine")


def test_weights_default_to_critic_weights_and_must_exist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "weights.safetensors"
    monkeypatch.setenv("CRITIC_DATA", "/sets")
    monkeypatch.setenv("CRITIC_WEIGHTS", str(file))
    assert "does not exist" in output_of()
    file.touch()
    assert output_of().endswith(str(file))


@pytest.mark.parametrize("command", ["head", "baselines", "finetune", "distil"])
def test_help_names_the_variable(command: str) -> None:
    result = CliRunner().invoke(critic_train, [command, "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    assert "$CRITIC_DATA/" in result.output
