"""XMP sidecars: rating and keywords for photographers' tools, merged into an existing sidecar.

A merge changes only the properties and keywords of Photo Critic, and the rating unless a user changed the rating. A
property of the Photo Critic namespace stores the exported rating, so that the next merge can detect such a change.
Source: XMP Specification Part 1 (ISO 16684-1:2019), sections 6 to 8.
"""

from collections.abc import Iterable

from lxml import etree

from critic_core.contracts.album import Proposal
from critic_core.contracts.errors import SidecarUnreadable

X, RDF = "adobe:ns:meta/", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XMP, DC = "http://ns.adobe.com/xap/1.0/", "http://purl.org/dc/elements/1.1/"
LIGHTROOM, CRITIC = "http://ns.adobe.com/lightroom/1.0/", "https://photo-critic.github.io/ns/1.0/"
_PREFIXES = {"x": X, "rdf": RDF, "xmp": XMP, "dc": DC, "lr": LIGHTROOM, "critic": CRITIC}
KEYWORD = "Photo Critic"
_EMPTY = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="{X}" x:xmptk="{KEYWORD}">
 <rdf:RDF xmlns:rdf="{RDF}">
  <rdf:Description rdf:about="" xmlns:xmp="{XMP}" xmlns:dc="{DC}" xmlns:lr="{LIGHTROOM}" xmlns:critic="{CRITIC}"/>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>""".encode()
_BAGS = tuple(f"{{{RDF}}}{name}" for name in ("Bag", "Seq", "Alt"))


def merge_sidecar(existing: bytes | None, proposal: Proposal, stars: int) -> bytes:
    """The sidecar with rating (−1 to 5) and keywords. Idempotent. Raises SidecarUnreadable for invalid XMP."""
    tree = _parsed(_EMPTY if existing is None else existing)
    descriptions = tree.getroot().findall(f".//{{{RDF}}}RDF/{{{RDF}}}Description")
    if not descriptions:
        raise SidecarUnreadable("The sidecar has no rdf:Description; it was left as it is.")
    if proposal.decision is not None or _has_no_user_rating(descriptions):
        _set(descriptions, f"{{{XMP}}}Rating", str(stars))
        _set(descriptions, f"{{{CRITIC}}}rating", str(stars))
    _set(descriptions, f"{{{CRITIC}}}verdict", proposal.verdict.value)
    _set(descriptions, f"{{{CRITIC}}}score", f"{proposal.score:.2f}")
    words = keywords(proposal)
    _set_keywords(descriptions, f"{{{DC}}}subject", [" ".join(path) for path in words])
    _set_keywords(descriptions, f"{{{LIGHTROOM}}}hierarchicalSubject", ["|".join(path) for path in words])
    return etree.tostring(tree, encoding="utf-8", xml_declaration=False)


def keywords(proposal: Proposal) -> list[tuple[str, ...]]:
    """Hierarchical keywords of the verdict and of the photo's groups, as paths."""
    groups = (("near duplicates", proposal.near), ("scene", proposal.scene), (_kind(proposal), proposal.sequence))
    return [
        (KEYWORD, proposal.verdict.value),
        *((KEYWORD, name, group[-8:]) for name, group in groups if group is not None),
    ]


def _kind(proposal: Proposal) -> str:
    return proposal.kind.value.replace("_", " ") if proposal.kind else "sequence"


def _parsed(data: bytes) -> "etree._ElementTree":
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        tree = etree.ElementTree(etree.fromstring(data, parser))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SidecarUnreadable(f"The sidecar is not XML: {error}. It was left as it is.") from error
    if tree.docinfo.internalDTD is not None:
        raise SidecarUnreadable("The sidecar declares a document type, which XMP never does; it was left as it is.")
    return tree


def _has_no_user_rating(descriptions: list["etree._Element"]) -> bool:
    """No rating, or an unchanged rating of an earlier export."""
    rating, exported_rating = _value(descriptions, f"{{{XMP}}}Rating"), _value(descriptions, f"{{{CRITIC}}}rating")
    return rating in (None, "", "0", exported_rating)


def _value(descriptions: Iterable["etree._Element"], name: str) -> str | None:
    for description in descriptions:
        if (attribute := description.get(name)) is not None:
            return attribute.strip()
        if (element := description.find(name)) is not None:
            return (element.text or "").strip()
    return None


def _set(descriptions: list["etree._Element"], name: str, value: str) -> None:
    """Replace an existing attribute or element; else add an attribute to the first description."""
    for description in descriptions:
        if description.get(name) is not None:
            description.set(name, value)
            return
        if (element := description.find(name)) is not None:
            element.text = value
            return
    descriptions[0].set(name, value)


def _set_keywords(descriptions: list["etree._Element"], name: str, words: list[str]) -> None:
    bag = next((bag for description in descriptions for bag in _bags(description, name)), None)
    if bag is None:
        holder = etree.SubElement(descriptions[0], name, nsmap=_PREFIXES)
        bag = etree.SubElement(holder, f"{{{RDF}}}Bag")
    for entry in bag.findall(f"{{{RDF}}}li"):
        if (entry.text or "").replace("|", " ").startswith(f"{KEYWORD} "):
            bag.remove(entry)
    for word in words:
        etree.SubElement(bag, f"{{{RDF}}}li").text = word


def _bags(description: "etree._Element", name: str) -> list["etree._Element"]:
    return [bag for holder in description.findall(name) for bag in holder if bag.tag in _BAGS]
