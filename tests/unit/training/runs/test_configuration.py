"""Hyperparameters from files and command lines; unknown names and wrong values are rejected."""

from pathlib import Path

import pytest

from critic_training.runs.configuration import (
    CONFIGURATION_FILE,
    Configuration,
    Labels,
    from_dict,
    parse_overrides,
    read_configuration,
)


def test_written_and_read(tmp_path: Path) -> None:
    config = Configuration(learning_rate=0.01, labels=Labels.soft, frozen=("features.0.",), refit=True)
    config.write(tmp_path)
    assert read_configuration(tmp_path / CONFIGURATION_FILE) == config


def test_overrides_of_a_command_line() -> None:
    config = from_dict(
        parse_overrides(["learning_rate=1e-2", "labels=soft", "ranking=1", 'frozen=["features."]', "mirror=false"])
    )
    assert config == Configuration(
        learning_rate=0.01, labels=Labels.soft, ranking=1.0, frozen=("features.",), mirror=False
    )


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["speed=1"], "unknown hyperparameter: speed"),
        (["labels=medium"], "medium"),
        (["batch_size=ten"], "ten"),
        (["learning_rate"], "name="),
    ],
)
def test_wrong_overrides_are_rejected(overrides: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        from_dict(parse_overrides(overrides))
