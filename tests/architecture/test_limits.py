"""docs/limits.md: every default, error code and test of the table exists in the code."""

import re
from importlib import import_module

import pytest
from tests.architecture.prose import ROOT

from critic_core.contracts.errors import CriticError
from critic_core.runtime.settings import CriticSettings
from critic_gateway.settings import GatewaySettings
from critic_worker.settings import WorkerSettings

PAGE = ROOT / "docs" / "limits.md"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.read_text("utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| limit")
]
SETTINGS: tuple[type[CriticSettings], ...] = (GatewaySettings, WorkerSettings)


def default_of(name: str) -> object:
    """The default of a setting, or the value of a constant."""
    if name.startswith("CRITIC_"):
        field = name.removeprefix("CRITIC_").lower()
        return next(cls.model_fields[field].default for cls in SETTINGS if field in cls.model_fields)
    module, _, constant = name.rpartition(".")
    return getattr(import_module(module), constant)


def codes(cls: type[CriticError] = CriticError) -> set[str]:
    return {cls.code}.union(*map(codes, cls.__subclasses__()))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_agrees_with_the_code(row: list[str]) -> None:
    _, default, setting, error, test = row
    number = re.match(r"[\d,.]+", default)
    assert number is not None
    assert float(number[0].replace(",", "")) == default_of(setting.strip("`"))
    assert set(re.findall(r"^`(\w+)`", error)) <= codes()
    target = re.search(r"\]\(([^)]+)\)", test)
    assert target is not None
    assert (PAGE.parent / target[1]).is_file()
