"""XMP sidecars: rating, keywords and label for photographers' tools, merged into an existing sidecar.

A merge changes only the properties and keywords of Photo Critic, and what people said about the photo elsewhere.
Ratings and labels of a proposal never replace a person's: properties of the Photo Critic namespace store what a
proposal wrote, so that the next merge can tell both apart. A proposal writes no −1.
"""

from dataclasses import dataclass, field

from critic_core.contracts.album import Flag, Proposal, Verdict
from critic_core.exports.export import ExportOptions
from critic_core.exports.xmp_document import XmpDocument
from critic_core.metadata.namespaces import CRITIC, DC, DIGIKAM, LIGHTROOM, XMP, XMP_DM
from critic_core.metadata.stated_choice import StatedChoice, first_stated, of_choice

KEYWORD = "Photo Critic"
RATING, OUR_RATING = f"{{{XMP}}}Rating", f"{{{CRITIC}}}rating"
LABEL, OUR_LABEL = f"{{{XMP}}}Label", f"{{{CRITIC}}}label"
_FLAGS = {
    f"{{{XMP_DM}}}pick": {Flag.pick: "1", Flag.reject: "-1"},
    f"{{{DIGIKAM}}}PickLabel": {Flag.pick: "3", Flag.reject: "1"},
}


@dataclass(frozen=True)
class SidecarContent:
    """What a sidecar says: the proposal, its rating and label on request, and what people said.

    `copy`: the file has the bytes of another file, which is the one to keep.
    """

    proposal: Proposal
    copy: bool = False
    rating: int | None = None
    label: str | None = None
    stated: StatedChoice = field(default_factory=StatedChoice)


def sidecar_content(
    proposal: Proposal, options: ExportOptions, stated: StatedChoice | None = None, copy: bool = False
) -> SidecarContent:
    """The content for a proposal. `stated`: what people said in files beside the photo."""
    sources = [of_choice(proposal.decision) if proposal.decision else None, stated, StatedChoice(proposal.rating)]
    said = first_stated(source for source in sources if source is not None)
    if copy:
        proposal = proposal.model_copy(update={"verdict": Verdict.reject})
    return SidecarContent(proposal, copy, options.proposed_stars(proposal), options.label(proposal), said)


def merge_sidecar(existing: bytes | None, content: SidecarContent) -> bytes:
    """The sidecar with the content. Idempotent. Raises SidecarUnreadable for invalid XMP."""
    document, proposal = XmpDocument(existing), content.proposal
    _set_rating(document, content)
    for name, values in _FLAGS.items():
        if content.stated.flag is not None:
            document.set(name, values[content.stated.flag])
    _set_proposed(document, LABEL, OUR_LABEL, content.label)
    document.set(f"{{{CRITIC}}}verdict", proposal.verdict.value)
    document.set(f"{{{CRITIC}}}score", f"{proposal.score:.2f}")
    words = [*keywords(proposal), *([(KEYWORD, "copy")] if content.copy else [])]
    document.replace_items(f"{{{DC}}}subject", f"{KEYWORD} ", [" ".join(path) for path in words])
    document.replace_items(f"{{{LIGHTROOM}}}hierarchicalSubject", f"{KEYWORD}|", ["|".join(path) for path in words])
    return document.to_bytes()


def _set_rating(document: XmpDocument, content: SidecarContent) -> None:
    said = content.stated.xmp_rating
    if said is None:
        _set_proposed(document, RATING, OUR_RATING, None if content.rating is None else str(content.rating))
    else:
        document.set(RATING, str(said))
        document.remove(OUR_RATING)


def _set_proposed(document: XmpDocument, name: str, ours: str, value: str | None) -> None:
    """Set, change or remove a property of a proposal, unless a person set it."""
    if document.value(name) not in (None, "", "0", document.value(ours)):
        return
    if value is None:
        if document.value(ours) is not None:
            document.remove(name)
            document.remove(ours)
        return
    document.set(name, value)
    document.set(ours, value)


def keywords(proposal: Proposal) -> list[tuple[str, ...]]:
    """Hierarchical keywords of the verdict and of the photo's groups, as paths."""
    groups = (("near duplicates", proposal.near), ("scene", proposal.scene), (_kind(proposal), proposal.sequence))
    return [
        (KEYWORD, proposal.verdict.value),
        *((KEYWORD, name, group[-8:]) for name, group in groups if group is not None),
    ]


def _kind(proposal: Proposal) -> str:
    return proposal.kind.value.replace("_", " ") if proposal.kind else "sequence"
