"""Identifiers are nouns and terms of the field (docs/glossary.md): no participle, no pronoun, no private metaphor."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
AS_COMPONENT = """
    told asked given looked kept wished wish wanted mine answering answered gone pulse bell rung knobs strangers
    patience patiently lingering leash narrator desk bury buried revive revived released
"""
"""Forbidden as a word of an identifier."""
AS_WHOLE = "each one other others own place parts part_ ways seen beyond judge lesson course look settle stopped"
"""Forbidden as an identifier."""
OURS = ("critic_", "tests", "infra")
"""Packages whose names are our own choice; what other libraries export is theirs (hypothesis.given)."""
ALLOWED = {"services": 0, "training": 0, "infra": 0, "frontend": 0, "tests": 50}
"""Occurrences of forbidden identifiers. These numbers only fall."""

_COMPONENT = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_JS_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*")
_JS_PROSE = re.compile(r"""/\*.*?\*/|(?<!\S)//[^\n]*|"[^"\n]*"|'[^'\n]*'""", re.DOTALL)


@dataclass(frozen=True)
class Hit:
    """A forbidden identifier and its first line."""

    path: Path
    line: int
    identifier: str

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line} {self.identifier}"


def is_forbidden(identifier: str) -> bool:
    components = {component.lower() for component in _COMPONENT.findall(identifier)}
    lower = identifier.lower()
    return bool(components & set(AS_COMPONENT.split())) or bool({lower, lower.strip("_")} & set(AS_WHOLE.split()))


def hits(folder: str) -> list[Hit]:
    """Every forbidden identifier below a folder of the repository, names of modules included."""
    files = chain.from_iterable((ROOT / folder).rglob(f"*.{suffix}") for suffix in ("py", "js"))
    return [hit for path in sorted(files) for hit in hits_in(path)]


def hits_in(path: Path) -> Iterator[Hit]:
    names = python_names if path.suffix == ".py" else javascript_names
    modules = ((1, name) for name in (path.parent.name, path.stem))
    found = chain(modules, names(path.read_text("utf-8")))
    return (Hit(path, line, identifier) for line, identifier in found if is_forbidden(identifier))


def python_names(source: str) -> Iterator[tuple[int, str]]:
    tree = ast.parse(source)
    foreign = foreign_names(tree)
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 1)
        yield from ((line, name) for name in names_of(node) if name not in foreign)


def foreign_names(tree: ast.Module) -> set[str]:
    """What is imported by name from other people's libraries."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and is_foreign(node)]
    return {alias.name for node in imports for alias in node.names if alias.asname is None}


def is_foreign(node: ast.ImportFrom) -> bool:
    return node.level == 0 and not (node.module or "").startswith(OURS)


def names_of(node: ast.AST) -> list[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.keyword(arg=str(name)):
            return [name]
        case ast.alias(name=name, asname=asname):
            return [*name.split("."), *filter(None, [asname])]
        case ast.ImportFrom(module=str(module)):
            return module.split(".")
    return []


def javascript_names(source: str) -> Iterator[tuple[int, str]]:
    code = _JS_PROSE.sub(lambda prose: "\n" * prose[0].count("\n"), source)
    for number, line in enumerate(code.splitlines(), 1):
        yield from ((number, name) for name in _JS_IDENTIFIER.findall(line))


@pytest.mark.parametrize("folder", ALLOWED)
def test_names_are_those_of_the_field(folder: str) -> None:
    found = hits(folder)
    if len(found) > ALLOWED[folder]:
        listing = "\n".join(map(str, found))
        pytest.fail(f"{len(found)} names to replace (docs/glossary.md says by what):\n{listing}", pytrace=False)


@pytest.mark.parametrize("identifier", ["told", "_told", "told_model", "ActiveAnswering", "each", "_parts", "part_"])
def test_a_participle_a_pronoun_or_a_metaphor_is_no_name(identifier: str) -> None:
    assert is_forbidden(identifier)


@pytest.mark.parametrize("identifier", ["each_photo", "multipart", "goldfish", "placement", "lookup"])
def test_a_word_is_more_than_a_run_of_letters(identifier: str) -> None:
    assert not is_forbidden(identifier)


def test_names_of_other_libraries_are_theirs() -> None:
    decorated = "from hypothesis import given\n@given(1)\ndef test(): ..."
    assert not any(is_forbidden(name) for _, name in python_names(decorated))
    assert (1, "told") in python_names("from critic_core.x import told")


def test_prose_in_javascript_is_not_code() -> None:
    source = "/* told\ntold */ const reply = 'told'; // told\nconst told = 1;"
    assert [hit for hit in javascript_names(source) if is_forbidden(hit[1])] == [(3, "told")]
