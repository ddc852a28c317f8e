"""An XMP document that is edited in place: every property that is not named stays as it is.

Each namespace keeps one prefix in the whole document. Exiv2 (darktable, digiKam, RawTherapee) refuses a packet in which
a namespace has two prefixes, although XML allows it; such a document is mended.
"""

from collections.abc import Iterator, Mapping

from lxml import etree

from critic_core.contracts.errors import SidecarUnreadable
from critic_core.metadata.namespaces import PREFIXES, RDF, X
from critic_core.metadata.xmp import ITEM, VALUE, as_utf8, value_node

_EMPTY = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="{X}" x:xmptk="Photo Critic">
 <rdf:RDF xmlns:rdf="{RDF}">
  <rdf:Description rdf:about=""/>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>""".encode()
_ARRAYS = tuple(f"{{{RDF}}}{name}" for name in ("Bag", "Seq", "Alt"))


class XmpDocument:
    """Properties by `{namespace}name`."""

    def __init__(self, data: bytes | None) -> None:
        """An existing document, or a new one. Raises SidecarUnreadable for anything that is no XMP."""
        self._tree = _parsed(_EMPTY if data is None else data)
        _wrap(self._tree)
        _unify_prefixes(self._tree)
        self._descriptions = _descriptions(self._tree)
        self._descriptions[0] = _with_namespaces(self._descriptions[0], _prefixes(self._tree))

    def value(self, name: str) -> str | None:
        """The value of a simple property."""
        for description in self._descriptions:
            if (attribute := description.get(name)) is not None:
                return attribute.strip()
            if (element := description.find(name)) is not None:
                return _text(element)
        return None

    def set(self, name: str, value: str) -> None:
        """Replace a simple property where it stands, as attribute or element; else add an attribute."""
        if self.value(name) == value:
            return
        holders = [description for description in self._descriptions if description.get(name) is not None]
        elements = [element for description in self._descriptions for element in description.findall(name)]
        for element in elements:
            _set_text(element, value)
        for description in holders or ([] if elements else self._descriptions[:1]):
            description.set(name, value)

    def remove(self, name: str) -> None:
        """Remove a property."""
        for description in self._descriptions:
            description.attrib.pop(name, "")
            for element in description.findall(name):
                description.remove(element)

    def replace_items(self, name: str, prefix: str, items: list[str]) -> None:
        """Replace the items of an array that begin with `prefix`; the array is made if there is none."""
        array = self._array(name)
        for item in array.findall(ITEM):
            if (item.text or "").startswith(prefix):
                array.remove(item)
        for text in items:
            etree.SubElement(array, ITEM).text = text

    def to_bytes(self) -> bytes:
        """UTF-8."""
        return etree.tostring(self._tree, encoding="utf-8", xml_declaration=False)

    def _array(self, name: str) -> "etree._Element":
        """The array, also of a property that some program wrote as text or as an attribute."""
        holders = [holder for description in self._descriptions for holder in description.findall(name)]
        array = next((child for holder in holders for child in holder if child.tag in _ARRAYS), None)
        if array is not None:
            return array
        words = [*map(_text, holders), self._pop_attribute(name)]
        self.remove(name)
        array = etree.SubElement(etree.SubElement(self._descriptions[0], name), f"{{{RDF}}}Bag")
        for word in filter(None, words):
            etree.SubElement(array, ITEM).text = word
        return array

    def _pop_attribute(self, name: str) -> str:
        values = [description.attrib.pop(name, "") for description in self._descriptions]
        return next(filter(None, map(str, values)), "")


def _parsed(data: bytes) -> "etree._ElementTree":
    # Painted masks are longer than the parser's usual limit; without a document type, no entity expands.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        text = as_utf8(data)
        if b"<!DOCTYPE" in text:
            raise SidecarUnreadable("The sidecar declares a document type, which XMP never does; it was left as it is.")
        return etree.ElementTree(etree.fromstring(text, parser))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SidecarUnreadable(f"The sidecar is not XML: {error}. It was left as it is.") from error


def _text(element: "etree._Element") -> str:
    """The value of a simple property, around comments."""
    node = value_node(element)
    texts = [node.text, *(child.tail for child in node)]
    return (node.get(VALUE) or "".join(filter(None, texts))).strip()


def _set_text(element: "etree._Element", value: str) -> None:
    """Replace the value; qualifiers stay."""
    node = value_node(element)
    if node.get(VALUE) is not None:
        node.set(VALUE, value)
        return
    for child in list(node):  # comments
        node.remove(child)
    node.text = value


def _wrap(tree: "etree._ElementTree") -> None:
    """Put a bare rdf:RDF into x:xmpmeta: optional in XMP, required by Exiv2. x:xapmeta is its older name."""
    root = tree.getroot()
    if root.tag == f"{{{X}}}xapmeta":
        root.tag = f"{{{X}}}xmpmeta"
    if root.tag == f"{{{RDF}}}RDF":
        tree._setroot(etree.Element(f"{{{X}}}xmpmeta", nsmap={"x": X}))
        tree.getroot().append(root)


def _descriptions(tree: "etree._ElementTree") -> list["etree._Element"]:
    """The descriptions, whatever stands around rdf:RDF; one is added to an empty rdf:RDF."""
    roots = list(tree.getroot().iter(f"{{{RDF}}}RDF"))
    if not roots:
        raise SidecarUnreadable("The sidecar has no rdf:RDF; it was left as it is.")
    found = [child for root in roots for child in root.findall(f"{{{RDF}}}Description")]
    return found or [etree.SubElement(roots[0], f"{{{RDF}}}Description", {f"{{{RDF}}}about": ""})]


def _bindings(tree: "etree._ElementTree") -> Iterator[tuple[str, str]]:
    """(prefix, namespace) of the document, in its order."""
    for element in tree.getroot().iter():
        yield from ((prefix, uri) for prefix, uri in element.nsmap.items() if prefix is not None)


def _prefixes(tree: "etree._ElementTree") -> dict[str, str]:
    """Namespace → prefix, of the document and of what Photo Critic writes."""
    prefixes = dict[str, str]()
    for prefix, uri in [*_bindings(tree), *PREFIXES.items()]:
        if uri not in prefixes:
            prefixes[uri] = _unused(prefix, prefixes)
    return prefixes


def _unused(prefix: str, prefixes: Mapping[str, str]) -> str:
    number, name = 1, prefix
    while name in prefixes.values():
        number += 1
        name = f"{prefix}{number}"
    return name


def _with_namespaces(description: "etree._Element", prefixes: Mapping[str, str]) -> "etree._Element":
    """The description with the namespaces of Photo Critic declared, in its position. lxml cannot add declarations."""
    declared = set(description.nsmap.values())
    missing = {prefixes[uri]: uri for uri in PREFIXES.values() if uri not in declared}
    if not missing:
        return description
    extended = etree.Element(description.tag, _attributes(description), nsmap={**_named(description), **missing})
    extended.text, extended.tail = description.text, description.tail
    parent = description.getparent()
    assert parent is not None  # rdf:RDF
    parent.replace(description, extended)
    extended.extend(list(description))
    return extended


def _named(element: "etree._Element") -> dict[str, str]:
    """The declarations in scope without the default namespace, which attributes cannot use."""
    return {prefix: uri for prefix, uri in element.nsmap.items() if prefix is not None}


def _attributes(element: "etree._Element") -> dict[str, str]:
    return {str(name): str(value) for name, value in element.attrib.items()}


def _unify_prefixes(tree: "etree._ElementTree") -> None:
    """One prefix for each namespace, declared at the root, if a namespace has several."""
    if len(set(_bindings(tree))) == len({uri for _, uri in _bindings(tree)}):
        return
    root = tree.getroot()
    nsmap = {prefix: uri for uri, prefix in _prefixes(tree).items()}
    copy = etree.Element(root.tag, _attributes(root), nsmap=nsmap)
    _copy_content(root, copy)
    for sibling in reversed(list(root.itersiblings(preceding=True))):
        copy.addprevious(sibling)
    for sibling in reversed(list(root.itersiblings())):
        copy.addnext(sibling)
    tree._setroot(copy)


def _copy_content(source: "etree._Element", target: "etree._Element") -> None:
    target.text = source.text
    for child in source:
        if isinstance(child.tag, str):
            copy = etree.SubElement(target, child.tag, _attributes(child))
            _copy_content(child, copy)
        else:  # a comment
            copy = child.__copy__()
            target.append(copy)
        copy.tail = child.tail
