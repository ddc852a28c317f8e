"""The page's contracts compared with the server's, and the layers of its folders."""

import re
from enum import StrEnum
from pathlib import Path

import pytest
from tests.browser.visitor import FRONTEND

from critic_core.contracts.album import (
    Album,
    AlbumPhoto,
    Choice,
    Counts,
    Decision,
    Flag,
    JointDecision,
    KeepersAtRisk,
    Proposal,
    SelectionPage,
    Summary,
    Verdict,
)
from critic_core.contracts.base import Contract
from critic_core.contracts.critique import (
    Capture,
    Critique,
    EyeState,
    Face,
    Focus,
    Horizon,
    ImageFacts,
    Level,
    Property,
    Provenance,
    Reason,
    ScoreInterval,
)
from critic_core.contracts.errors import Problem
from critic_core.contracts.group_correction import CorrectionKind, NewGroupCorrection
from critic_core.contracts.insight import (
    CropSuggestion,
    ExposureSuggestion,
    Gain,
    StraightenSuggestion,
    SuggestionKind,
    Suggestions,
)
from critic_core.contracts.manifest import DatasetCard, Manifest
from critic_core.contracts.photo import Photo, PhotoReceipt, PhotoState
from critic_core.contracts.share import CreatedShare, NewShare, Share, SharedAlbum, SharedPhoto, SharePass
from critic_core.contracts.taste import HeldOut, Taste, TasteState

TYPES = (FRONTEND / "contracts.d.ts").read_text("utf-8")
CONTRACTS = [
    Capture, Face, Focus, Horizon, Counts, NewGroupCorrection,
    Problem, Property, Reason, ImageFacts, Provenance, ScoreInterval, Critique, Photo, DatasetCard, Manifest,
    PhotoReceipt, Album, Choice, Decision, JointDecision, Summary, AlbumPhoto, Proposal, KeepersAtRisk,
    SelectionPage, NewShare, Share, CreatedShare, SharePass, SharedAlbum, SharedPhoto,
    Gain, ExposureSuggestion, StraightenSuggestion, CropSuggestion, Suggestions, HeldOut, Taste,
]  # fmt: skip


def declared(name: str) -> set[str]:
    body = re.search(rf"interface {name}(?: extends \w+)? {{\n(.*?)\n}}", TYPES, re.DOTALL)
    assert body is not None
    return set(re.findall(r"^  (\w+)\??:", body[1], re.MULTILINE))


def test_every_declared_interface_is_compared() -> None:
    assert set(re.findall(r"interface (\w+)", TYPES)) == {contract.__name__ for contract in CONTRACTS}


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.__name__)
def test_the_page_reads_only_fields_that_exist(contract: type[Contract]) -> None:
    fields = declared(contract.__name__)
    assert fields
    assert fields <= set(contract.model_fields)


@pytest.mark.parametrize(
    "values",
    [Level, PhotoState, Flag, Verdict, EyeState, CorrectionKind, SuggestionKind, TasteState],
    ids=lambda values: values.__name__,
)
def test_the_page_knows_every_value(values: type[StrEnum]) -> None:
    declaration = re.search(rf"type {values.__name__} = (.*);", TYPES)
    assert declaration is not None
    assert set(re.findall(r'"(\w+)"', declaration[1])) == {value.value for value in values}


# From the bottom to the top: a folder imports only from itself and from folders before it.
LAYERS = ["text", "async", "dom", "server", "shared", "album", "grid", "viewer", "upload", "page", "."]


def imported_folders(file: Path) -> set[str]:
    paths = re.findall(r'^import .*?"(\.[^"]+)";$', file.read_text("utf-8"), re.MULTILINE)
    return {(file.parent / path).resolve().parent.relative_to(FRONTEND.resolve()).as_posix() for path in paths}


@pytest.mark.parametrize("folder", LAYERS)
def test_a_folder_imports_only_from_lower_ones(folder: str) -> None:
    files = list((FRONTEND / folder).glob("*.js"))
    assert files
    imported = set().union(*map(imported_folders, files))
    assert imported <= set(LAYERS[: LAYERS.index(folder) + 1])
