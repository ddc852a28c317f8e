"""Docs are tested: what the code offers, they mention."""

import re
from inspect import signature
from pathlib import Path

import pytest
from google.protobuf import text_format
from tritonclient.grpc.model_config_pb2 import ModelConfig

from critic_cli.commands.cull import cull
from critic_core.contracts.critique import Critique, PropertyName
from critic_core.exports.registry import EXPORTS
from critic_core.imaging.formats import FORMATS, Format
from critic_gateway.app import create_app
from critic_gateway.settings import GatewaySettings
from critic_inference.serving.config_fields import SUPPORTED_FIELDS, REDUNDANT_FIELDS
from critic_inference.settings import packaged_models
from critic_worker.albums.selection import Fate
from critic_worker.albums.selection_rows import FATES

ROOT = Path(__file__).parents[2]
API = (ROOT / "docs" / "api.md").read_text("utf-8")
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
SERVERS = (ROOT / "docs" / "inference-servers.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")


def endpoints() -> list[str]:
    paths = create_app(GatewaySettings()).openapi()["paths"]
    return [f"{method.upper()} {path}" for path, methods in paths.items() for method in methods]


def test_every_endpoint_is_in_the_docs() -> None:
    found = endpoints()
    assert len(found) >= 8
    assert [one for one in found if f"`{one}`" not in API] == []


@pytest.mark.parametrize("field", list(Critique.model_fields))
def test_every_field_of_a_critique_is_in_the_docs(field: str) -> None:
    assert f"`{field}`" in API


@pytest.mark.parametrize("name", [name.value.replace("_", " ") for name in PropertyName])
def test_every_property_is_in_the_docs(name: str) -> None:
    assert name in API


@pytest.mark.parametrize("known", FORMATS.values(), ids=lambda known: known.name)
def test_every_format_is_in_the_docs(known: Format) -> None:
    assert known.name.lower() in API.lower()


def test_every_make_verb_is_in_the_readme() -> None:
    verbs = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert {"run", "test", "check", "fix", "model", "bench"} <= set(verbs)
    assert [verb for verb in verbs if verb != "help" and f"make {verb}" not in README] == []


def test_every_link_between_documents_leads_somewhere() -> None:
    documents = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    targets = [(one, target) for one in documents for target in LINK.findall(one.read_text("utf-8"))]
    assert len(targets) > 20
    broken = [
        f"{one.name}: {to}" for one, to in targets if not to.startswith("http") and not (one.parent / to).exists()
    ]
    assert broken == []


@pytest.mark.parametrize("fate", FATES, ids=lambda fate: fate.name)
def test_every_reason_of_a_proposal_is_in_the_docs(fate: Fate) -> None:
    verdict, reason = FATES[fate]
    assert f"| `{reason.code}` | {verdict.value} | {reason.sentence} |" in API


@pytest.mark.parametrize("name", EXPORTS)
def test_every_export_is_in_the_docs(name: str) -> None:
    assert f"| `{name}` |" in (ROOT / "docs" / "exports.md").read_text("utf-8")


def test_every_option_of_cull_is_in_the_docs() -> None:
    told = (ROOT / "docs" / "culling.md").read_text("utf-8")
    options = [
        f"--{name.replace('_', '-')}" for name in signature(cull).parameters if name not in ("folder", "api_key")
    ]
    assert len(options) >= 10
    assert [option for option in options if option not in told] == []


@pytest.mark.parametrize("field", SUPPORTED_FIELDS | REDUNDANT_FIELDS)
def test_every_field_of_a_models_configuration_is_in_the_docs(field: str) -> None:
    assert f"`{field}`" in SERVERS


def test_the_accelerator_in_the_docs_is_the_one_that_is_published() -> None:
    (told,) = re.findall(r"```pbtxt\n(.*?)```", SERVERS, re.DOTALL)
    published = packaged_models() / "aesthetics" / "configs" / "tensorrt.pbtxt"
    config = text_format.Parse(published.read_text("utf-8"), ModelConfig())
    assert text_format.Parse(told, ModelConfig()).optimization == config.optimization
