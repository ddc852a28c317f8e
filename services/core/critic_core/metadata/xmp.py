"""XMP as properties. Source: XMP Specification Part 1 (ISO 16684-1:2019), sections 6 to 8."""

import codecs
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree as ET

from critic_core.metadata.namespaces import RDF

Properties = Mapping[str, tuple[str, ...]]
"""Values by `{namespace}name`: one for a simple property, the items of an array."""

_VALUE = f"{{{RDF}}}value"  # of a property with qualifiers
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


def _properties(root: ET.Element) -> Iterator[tuple[str, str]]:
    for rdf in root.iter(f"{{{RDF}}}RDF"):
        for description in rdf.findall(f"{{{RDF}}}Description"):
            yield from description.attrib.items()
            for element in description:
                yield from ((element.tag, value) for value in _values(element))


def _values(element: ET.Element) -> Iterator[str]:
    items = list(element.iter(f"{{{RDF}}}li"))
    for holder in items or (element,):
        qualified = next(holder.iter(_VALUE), holder)
        text = (holder.get(_VALUE) or qualified.text or "").strip()
        if text:
            yield text
