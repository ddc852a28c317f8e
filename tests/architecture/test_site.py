"""The documentation's site: pages from anywhere in the repository, and links that lead to pages or files."""

import pytest
from tests.architecture.prose import ROOT, pages

pytest.importorskip("mkdocs", reason="MkDocs is a development tool, which a bare machine lacks")
from infra.site import repository_pages as site
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files, get_files
from mkdocs.structure.pages import Page


@pytest.fixture(scope="module")
def config() -> MkDocsConfig:
    loaded = load_config(str(ROOT / "mkdocs.yml"), plugins=[])
    return loaded.plugins.on_config(loaded)


@pytest.fixture(scope="module")
def files(config: MkDocsConfig) -> Files:
    return config.plugins.on_files(get_files(config), config=config)


def test_every_page_is_in_the_navigation(config: MkDocsConfig) -> None:
    listed = {site.repository_path(uri) for uri in site.entries(config.nav)}
    assert listed == {page.path.relative_to(ROOT).as_posix() for page in pages()}


@pytest.mark.parametrize(
    ("uri", "markdown", "expected"),
    [
        ("api.md", "[w](webhooks.md#retries)", "[w](webhooks.md#retries)"),
        ("api.md", "[r](../README.md)", "[r](repository/README.md)"),
        ("repository/README.md", "![p](docs/images/session.webp)", "![p](../images/session.webp)"),
        ("repository/README.md", "[t](tests)", "[t](tests/README.md)"),
        ("api.md", "[l](../LICENSE)", "[l](https://github.com/photo-critic/photo-critic/blob/main/LICENSE)"),
        ("api.md", "[f](../frontend)", "[f](https://github.com/photo-critic/photo-critic/tree/main/frontend)"),
        ("api.md", "[gone](../nowhere.md)", "[gone](../nowhere.md)"),
        ("api.md", "[a](https://example.org/b.md) [c](#errors)", "[a](https://example.org/b.md) [c](#errors)"),
        ("api.md", "```\n[x](../LICENSE)\n```", "```\n[x](../LICENSE)\n```"),
    ],
)
def test_links(config: MkDocsConfig, files: Files, uri: str, markdown: str, expected: str) -> None:
    file = files.get_file_from_path(uri)
    assert file is not None
    assert site.on_page_markdown(markdown, Page(None, file, config), config, files) == expected


def test_the_site_loads_nothing_from_other_hosts(config: MkDocsConfig) -> None:
    assert config.theme["font"] is False
    assert "cdn" not in (ROOT / "mkdocs.yml").read_text("utf-8")
