"""Why a selection has another number of photos than requested."""

from collections import Counter
from collections.abc import Iterator, Sequence

from critic_core.contracts.album import Proposal, Verdict

_CAUSES = {
    "damaged": "damaged in part: {count}",
    "enough_of_scene": "beyond the limit of a scene: {count}",
    "enough_of_chapter": "beyond the share of a part of the shoot: {count}",
    "rejected_by_you": "rejected by a person: {count}",
}


def shortfall_sentence(proposals: Sequence[Proposal], keep: float | None) -> str:
    """Empty for the requested number, for a share, and for the album's number."""
    keepers = [proposal for proposal in proposals if proposal.verdict is Verdict.keep]
    if keep is None or keep < 1 or len(keepers) == int(keep):
        return ""
    return f"{len(keepers):,} photos instead of {int(keep):,}: {', '.join(_causes(proposals, keepers, int(keep)))}."


def _causes(proposals: Sequence[Proposal], keepers: Sequence[Proposal], keep: int) -> Iterator[str]:
    pictures, pictures_of_keepers = _pictures(proposals), _pictures(keepers)
    if pictures < keep:
        yield f"the shoot has {pictures:,} pictures (near duplicates and sequences count once)"
    if pictures_of_keepers < len(keepers):
        yield f"further frames of the same pictures: {len(keepers) - pictures_of_keepers:,}"
    if pictures_of_keepers > keep:
        yield "pictures that people picked count, too"
    counts = Counter(proposal.reasons[0].code for proposal in proposals if proposal.reasons)
    if pictures_of_keepers < min(pictures, keep):
        yield from (text.format(count=f"{counts[code]:,}") for code, text in _CAUSES.items() if counts[code])


def _pictures(proposals: Sequence[Proposal]) -> int:
    return len({proposal.moment or proposal.id for proposal in proposals})
