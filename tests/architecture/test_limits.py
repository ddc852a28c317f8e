"""docs/limits.md: every default, error code and test of the page exists in the code."""

import re
from importlib import import_module

import pytest
from tests.architecture.prose import ROOT

from critic_core.contracts.errors import CriticError
from critic_core.runtime.settings import CriticSettings
from critic_gateway.settings import GatewaySettings
from critic_worker.settings import WorkerSettings

PAGE = ROOT / "docs" / "limits.md"
TEXT = PAGE.read_text("utf-8")
ENTRY = re.compile(r"^- \[([^]]+)\]\(([^)]+)\): ([\d,.]+).*?, `([\w.]+)`; (.+)$", re.MULTILINE)
STRUCTURE = re.compile(r"^- ([^\[:]+): ([\d,.]+).*?, `([\w.]+)`$", re.MULTILINE)  # one test and error for all
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


def check(default: str, name: str) -> None:
    assert float(default.replace(",", "")) == default_of(name)


def test_every_entry_is_read() -> None:
    entries = len(ENTRY.findall(TEXT)) + len(STRUCTURE.findall(TEXT))
    assert entries == TEXT.count("\n- ") >= 50
    assert all((PAGE.parent / target).is_file() for target in re.findall(r"\]\(([^)]+)\)", TEXT))


@pytest.mark.parametrize("entry", ENTRY.findall(TEXT), ids=lambda entry: entry[0])
def test_an_entry_agrees_with_the_code(entry: tuple[str, str, str, str, str]) -> None:
    _, _, default, name, error = entry
    check(default, name)
    assert set(re.findall(r"^`(\w+)`", error)) <= codes()


@pytest.mark.parametrize("entry", STRUCTURE.findall(TEXT), ids=lambda entry: entry[0])
def test_an_entry_of_a_structure_agrees_with_the_code(entry: tuple[str, str, str]) -> None:
    _, default, name = entry
    check(default, f"critic_core.imaging.structure.{name}")
