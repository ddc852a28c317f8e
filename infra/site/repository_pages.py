"""MkDocs hook: pages outside `docs/` join the site, and links into the repository become addresses.

A navigation entry `repository/PATH` is the repository's file PATH; an entry that ends in `/` stands for the pages of a
folder. A relative link leads to the page of the site where there is one (for a folder: the folder's README.md), and
otherwise to the file on the repository's host. MkDocs reports links that lead nowhere; `--strict` makes the report an
error.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from posixpath import dirname, join, normpath, relpath
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]
OUTSIDE, DOCS = "repository/", "docs/"
FENCE = re.compile(r"(^\s*```.*?^\s*```\s*$)", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<=\]\()(?!\w+:|#|<)([^)#\s]+)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Replace folders in the navigation by their pages."""
    config.nav = expand(config.nav)
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages outside `docs/` that the navigation names."""
    for uri in entries(config.nav):
        if uri.startswith(OUTSIDE):
            files.append(File.generated(config, uri, abs_src_path=str(ROOT / repository_path(uri))))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lead the page's relative links to pages of the site, or to the repository's host."""

    def target(link: re.Match[str]) -> str:
        path = normpath(join(dirname(repository_path(page.file.src_uri)), link[1]))
        for uri in (site_uri(path), site_uri(f"{path}/README.md")):
            if files.get_file_from_path(uri):
                return relpath(uri, dirname(page.file.src_uri) or ".")
        return hosted(config.extra["repository"], path) or link[1]

    return "".join(
        text if text.lstrip().startswith("```") else LINK.sub(target, text) for text in FENCE.split(markdown)
    )


def expand(entry: Any) -> Any:
    """A navigation entry with each folder as the list of its pages."""
    if isinstance(entry, list):
        return [expand(item) for item in entry]
    if isinstance(entry, dict):
        return {title: expand(value) for title, value in entry.items()}
    return folder_pages(entry) if entry.endswith("/") else entry


def folder_pages(uri: str) -> list[str]:
    """The pages below a folder of the site."""
    return [site_uri(path.relative_to(ROOT).as_posix()) for path in sorted((ROOT / repository_path(uri)).rglob("*.md"))]


def entries(entry: Any) -> Iterator[str]:
    """Every page of the navigation."""
    if isinstance(entry, str):
        yield entry
    elif entry:
        for item in entry.values() if isinstance(entry, dict) else entry:
            yield from entries(item)


def repository_path(uri: str) -> str:
    """Where a page of the site lies in the repository."""
    return uri.removeprefix(OUTSIDE) if uri.startswith(OUTSIDE) else DOCS + uri


def site_uri(path: str) -> str:
    """Where a file of the repository would lie on the site."""
    return path.removeprefix(DOCS) if path.startswith(DOCS) else OUTSIDE + path


def hosted(repository: str, path: str) -> str | None:
    """The address of a file or folder on the repository's host; None for a path that is not there."""
    if not (ROOT / path).exists():
        return None
    return f"{repository}/{'tree' if (ROOT / path).is_dir() else 'blob'}/main/{path}"
