"""Knobs travel through files and command lines unchanged, and wrong ones are refused."""

from pathlib import Path

import pytest

from critic_training.runs.configuration import (
    CONFIGURATION_FILE,
    Configuration,
    Labels,
    from_dict,
    parse_knobs,
    read_configuration,
)


def test_written_and_read(tmp_path: Path) -> None:
    knobs = Configuration(rate=0.01, labels=Labels.soft, frozen=("features.0.",), refit=True)
    knobs.write(tmp_path)
    assert read_configuration(tmp_path / CONFIGURATION_FILE) == knobs


def test_turned_on_a_command_line() -> None:
    knobs = from_dict(parse_knobs(["rate=1e-2", "labels=soft", "ranking=1", 'frozen=["features."]', "mirror=false"]))
    assert knobs == Configuration(rate=0.01, labels=Labels.soft, ranking=1.0, frozen=("features.",), mirror=False)


@pytest.mark.parametrize(
    ("words", "said"),
    [(["speed=1"], "no such knob: speed"), (["labels=medium"], "medium"), (["batch=ten"], "ten"), (["rate"], "name=")],
)
def test_what_is_not_a_knob_is_refused(words: list[str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        from_dict(parse_knobs(words))
