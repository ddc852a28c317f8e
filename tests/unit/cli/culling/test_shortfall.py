"""A number of keepers unlike the requested one has a reason."""

import pytest

from critic_cli.culling.shortfall import shortfall_sentence
from critic_core.contracts.album import Proposal, Verdict
from critic_core.contracts.critique import Reason


def proposal(photo_id: str, verdict: Verdict, moment: str | None = None, code: str = "outranked") -> Proposal:
    reason = Reason(code=code, sentence="", favourable=False)
    return Proposal(
        id=photo_id, sha256="", verdict=verdict, rank=1, quality=1, score=1, percentile=1, moment=moment,
        reasons=(reason,),
    )  # fmt: skip


KEEPERS = [proposal(str(number), Verdict.keep) for number in range(3)]
FRAMES = [proposal(f"frame {number}", Verdict.keep, "bracket") for number in range(3)]
WEAKER = [proposal("weaker", Verdict.reject, "bracket")]
REJECTED = [proposal("x", Verdict.reject, code="rejected_by_you")]
SCENE = [proposal("y", Verdict.reject, code="enough_of_scene")]
DAMAGED = [proposal("z", Verdict.maybe, code="damaged")]


@pytest.mark.parametrize("keep", [3, 3.4, 0.3, None])
def test_the_requested_number_and_a_share_need_no_sentence(keep: float | None) -> None:
    assert shortfall_sentence([*KEEPERS, *SCENE], keep) == ""


@pytest.mark.parametrize(
    ("proposals", "keep", "sentence"),
    [
        (KEEPERS, 5, "3 photos instead of 5: the shoot has 3 pictures (near duplicates and sequences count once)."),
        ([*KEEPERS, *FRAMES, *WEAKER], 4, "6 photos instead of 4: further frames of the same pictures: 2."),
        (KEEPERS, 2, "3 photos instead of 2: pictures that people picked count, too."),
        ([*KEEPERS, *SCENE], 4, "3 photos instead of 4: beyond the limit of a scene: 1."),
        (
            [*KEEPERS, *REJECTED, *DAMAGED],
            4,
            "3 photos instead of 4: damaged in part: 1, rejected by a person: 1.",
        ),
    ],
)
def test_the_sentence_has_the_cause(proposals: list[Proposal], keep: float, sentence: str) -> None:
    assert shortfall_sentence(proposals, keep) == sentence
