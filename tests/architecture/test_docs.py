"""Documentation and code agree: the pages mention everything that the code offers, and nothing that is gone."""

import re
from inspect import signature

import pytest
from tests.architecture.prose import FENCED_CODE, INLINE_CODE, ROOT, pages
from typer.main import get_command

from critic_cli.__main__ import app as photo_critic
from critic_cli.commands.cull import cull
from critic_core.contracts.critique import Critique, PropertyName
from critic_core.exports.registry import EXPORTS
from critic_core.imaging.formats import FORMATS, Format
from critic_core.runtime.settings import CriticSettings
from critic_gateway.app import create_app
from critic_gateway.settings import GatewaySettings
from critic_inference.serving.config_fields import REDUNDANT_FIELDS, SUPPORTED_FIELDS
from critic_inference.settings import InferenceSettings
from critic_worker.albums.selecting.selection import SelectionStatus
from critic_worker.albums.selecting.verdict_reasons import VERDICTS
from critic_worker.settings import WorkerSettings
from critic_worker.webhooks.settings import SenderSettings

PAGES = {page.path: page.path.read_text("utf-8") for page in pages()}
README, API = PAGES[ROOT / "README.md"], PAGES[ROOT / "docs/api.md"]
SERVERS = PAGES[ROOT / "docs/inference-servers.md"]
SETTINGS: tuple[type[CriticSettings], ...] = (GatewaySettings, WorkerSettings, SenderSettings, InferenceSettings)
VERBS = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
LINK = re.compile(r"\]\((?!\w+:)([^)#\s]+)[^)]*\)")
CODE_FILES = ("*.py", "*.yml", "*.yaml", "*.cfg", "*.toml", "*.env", "Makefile", "run", "Dockerfile")
CODE_FOLDERS = ("services", "training", "infra", "tests", ".ci")


def code(markdown: str) -> str:
    """Fenced and inline code of a page, line by line."""
    rest = FENCED_CODE.sub("", markdown)
    return "\n".join(match[0] for match in (*FENCED_CODE.finditer(markdown), *INLINE_CODE.finditer(rest)))


CODE = {path: code(text) for path, text in PAGES.items()}


def unknown(pattern: str, known: set[str]) -> list[str]:
    """`page: word` for every match in the code of a page that is not known."""
    hits = [(path, word) for path, text in CODE.items() for word in re.findall(pattern, text)]
    assert hits
    return sorted({f"{path.relative_to(ROOT)}: {word}" for path, word in hits if word not in known})


def test_every_endpoint_is_in_the_docs() -> None:
    paths = create_app(GatewaySettings()).openapi()["paths"]
    endpoints = [f"{method.upper()} {path}" for path, methods in paths.items() for method in methods]
    assert len(endpoints) >= 8
    assert [endpoint for endpoint in endpoints if f"`{endpoint}`" not in API] == []


@pytest.mark.parametrize("field", list(Critique.model_fields))
def test_every_field_of_a_critique_is_in_the_docs(field: str) -> None:
    assert f"`{field}`" in API


@pytest.mark.parametrize("name", [name.value.replace("_", " ") for name in PropertyName])
def test_every_property_is_in_the_docs(name: str) -> None:
    assert name in API


@pytest.mark.parametrize("image_format", FORMATS.values(), ids=lambda image_format: image_format.name)
def test_every_format_is_in_the_docs(image_format: Format) -> None:
    assert image_format.name.lower() in API.lower()


@pytest.mark.parametrize("status", VERDICTS, ids=lambda status: status.name)
def test_every_reason_of_a_proposal_is_in_the_docs(status: SelectionStatus) -> None:
    text = VERDICTS[status]
    (row,) = re.findall(rf"^\| `{text.verdict.value}` \|.*", API, re.MULTILINE)
    assert f"`{text.code}`" in row


@pytest.mark.parametrize("name", EXPORTS)
def test_every_export_is_in_the_docs(name: str) -> None:
    assert f"| `{name}` |" in PAGES[ROOT / "docs/exports.md"]


def test_every_option_of_cull_is_in_the_docs() -> None:
    parameters = [name for name in signature(cull).parameters if name not in ("folder", "api_key")]
    options = [f"--{name.rstrip('_').replace('_', '-')}" for name in parameters]
    assert len(options) >= 10
    assert [option for option in options if option not in PAGES[ROOT / "docs/culling.md"]] == []


@pytest.mark.parametrize("field", SUPPORTED_FIELDS | REDUNDANT_FIELDS)
def test_every_field_of_a_models_configuration_is_in_the_docs(field: str) -> None:
    assert f"`{field}`" in SERVERS


def test_every_make_verb_is_in_the_readme_and_every_verb_in_the_docs_exists() -> None:
    assert {"run", "test", "check", "fix", "docs", "model", "bench"} <= set(VERBS)
    assert [verb for verb in VERBS if verb != "help" and f"make {verb}" not in CODE[ROOT / "README.md"]] == []
    assert unknown(r"(?:^|[`(] *)make ([a-z][a-z-]*)", set(VERBS)) == []


def test_every_setting_in_the_docs_exists() -> None:
    fields = {f"CRITIC_{field.upper()}" for settings in SETTINGS for field in settings.model_fields}
    elsewhere = [path for folder in CODE_FOLDERS for name in CODE_FILES for path in (ROOT / folder).rglob(name)]
    text = "\n".join(path.read_text("utf-8") for path in (*elsewhere, ROOT / "Makefile", ROOT / "docker-compose.yml"))
    known = fields | {f"{field}_FILE" for field in fields} | set(re.findall(r"CRITIC_[A-Z0-9_]*[A-Z0-9]", text))
    assert unknown(r"\bCRITIC_[A-Z0-9_]*[A-Z0-9]\b", known) == []


def test_every_module_in_the_docs_can_be_run() -> None:
    roots = [ROOT, ROOT / "training", *(ROOT / "services").iterdir()]
    files = {path.relative_to(root).as_posix() for root in roots for path in root.glob("*_*/**/*.py")}
    files |= {
        path.relative_to(ROOT).as_posix()
        for name in ("infra", "tests", "training")
        for path in (ROOT / name).rglob("*.py")
    }
    modules = {path.removesuffix(".py").removesuffix("/__main__").replace("/", ".") for path in files}
    assert unknown(r"-m ((?:critic_|infra\b|tests\b|training\b)[\w.]*\w)", modules) == []


def test_every_command_in_the_docs_exists() -> None:
    commands = get_command(photo_critic)
    assert unknown(r"(?<![/\w-] )(?<!/)\bphoto-critic ([a-z][a-z-]*)", set(commands.commands)) == []  # type: ignore[attr-defined]


def test_every_training_command_in_the_docs_exists() -> None:
    pytest.importorskip("torch")
    from critic_training.__main__ import app  # noqa: PLC0415 - imports PyTorch

    commands = get_command(app)
    assert unknown(r"critic-train ([a-z][a-z-]*)", set(commands.commands)) == []  # type: ignore[attr-defined]


def test_every_link_between_pages_leads_to_a_file() -> None:
    targets = [(path, target) for path, text in PAGES.items() for target in LINK.findall(text)]
    assert len(targets) > 100
    assert [f"{path.name}: {to}" for path, to in targets if not (path.parent / to).exists()] == []


def test_pages_name_data_by_settings_and_not_by_a_neighbouring_folder() -> None:
    assert [str(path.relative_to(ROOT)) for path, text in PAGES.items() if "../shared" in text] == []


def test_every_reader_finds_every_page_of_the_folder() -> None:
    index = PAGES[ROOT / "docs/README.md"]
    folder = ROOT / "docs"
    missing = [path.name for path in folder.glob("*.md") if path.name != "README.md" and f"({path.name}" not in index]
    assert missing == []
