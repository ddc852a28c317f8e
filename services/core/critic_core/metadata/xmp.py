"""XMP as properties. Source: XMP Specification Part 1 (ISO 16684-1:2019), sections 6 to 8."""

import codecs
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Protocol, Self, TypeVar
from xml.etree import ElementTree as ET

from critic_core.metadata.namespaces import RDF

Properties = Mapping[str, tuple[str, ...]]
"""Values by `{namespace}name`: one for a simple property, the items of an array."""

VALUE = f"{{{RDF}}}value"
"""The value of a property with qualifiers, as attribute or element."""
ITEM = f"{{{RDF}}}li"
_DESCRIPTION = f"{{{RDF}}}Description"
_INNER = (VALUE, f"{_DESCRIPTION}[@{VALUE}]", f"{_DESCRIPTION}/{VALUE}", f"*/{ITEM}")
_DECLARED_ENCODING = re.compile(r"^\s*<\?xml[^>]*\?>")
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)


class _Node(Protocol):
    """An element of the standard library or of lxml."""

    def get(self, key: str, /) -> str | None: ...

    def find(self, path: str, /) -> Self | None: ...


Node = TypeVar("Node", bound=_Node)


def as_utf8(data: bytes) -> bytes:
    """UTF-16 and UTF-32 as UTF-8 without a declaration; other encodings unchanged. Padding is removed.

    Raises ValueError for bytes that are not in the encoding of their begin.
    """
    for begin, encoding in _BOMS:
        if data.startswith(begin):
            text = data[: len(data) // 2 * 2].decode(encoding).rstrip("\0")
            return _DECLARED_ENCODING.sub("", text.removeprefix("\ufeff")).encode()
    return data.rstrip(b"\0").lstrip()


def read_xmp(data: bytes) -> Properties:
    """The properties of a sidecar or a packet; none for anything that is no XMP."""
    try:
        text = as_utf8(data)
        if b"<!DOCTYPE" in text:  # XMP has no document type, and entities can expand without end
            return {}
        root = ET.fromstring(text)  # noqa: S314 - without a document type there are no entities
    except (ET.ParseError, ValueError, LookupError):
        return {}
    values = defaultdict[str, list[str]](list)
    for name, value in _properties(root):
        values[name].append(value)
    return {name: tuple(entries) for name, entries in values.items()}


def value_node(node: Node) -> Node:
    """The node with the value of a property, in `rdf:value` or as text: beside qualifiers, or an array's first item."""
    while node.get(VALUE) is None:
        inner = next((found for path in _INNER if (found := node.find(path)) is not None), None)
        if inner is None:
            return node
        node = inner
    return node


def _properties(root: ET.Element) -> Iterator[tuple[str, str]]:
    for rdf in root.iter(f"{{{RDF}}}RDF"):
        for description in rdf.findall(_DESCRIPTION):
            yield from description.attrib.items()
            for element in description:
                yield from ((element.tag, value) for value in _values(element))


def _values(element: ET.Element) -> Iterator[str]:
    for node in map(value_node, element.findall(f"*/{ITEM}") or [element]):
        text = (node.get(VALUE) or node.text or "").strip()
        if text:
            yield text
