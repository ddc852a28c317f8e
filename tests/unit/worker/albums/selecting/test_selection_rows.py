"""The selection as JSON: verdicts, reasons and groups of every photo."""

import json

import numpy as np
import pytest
from tests.unit.worker.albums.snapshots import ALBUM, START, photo, snapshot

from critic_core.contracts.album import Decision, Flag, Proposal, SelectionPage, SelectionQuery, Thresholds, Verdict
from critic_core.contracts.critique import PropertyName
from critic_core.contracts.manifest import Scale
from critic_core.stores.albums import Snapshot
from critic_worker.albums.selecting.keepers_at_risk import keepers_at_risk
from critic_worker.albums.selecting.selection import SelectionStatus
from critic_worker.albums.selecting.selection_rows import render_selection
from critic_worker.albums.selecting.verdict_reasons import VERDICTS
from critic_worker.albums.table import album_table

PICK, REJECT = Decision(flag=Flag.pick, at=START), Decision(flag=Flag.reject, at=START)


def select(album: Snapshot, keep: float = 1) -> SelectionPage:
    query = SelectionQuery(keep=keep, thresholds=Thresholds())
    section = render_selection(album_table(album, query.thresholds), query)
    photos = [json.loads(row) for row in section.rows]
    return SelectionPage.model_validate(json.loads(section.head) | {"photos": photos})


def test_the_best_is_selected_and_the_rest_has_reasons() -> None:
    page = select(ALBUM)
    assert [(photo.id, photo.rank, photo.verdict) for photo in page.photos] == [
        ("b", 1, Verdict.keep),
        ("a", 2, Verdict.reject),
        ("c", 3, Verdict.maybe),
    ]
    assert [photo.reasons[0].code for photo in page.photos] == ["among_the_best", "near_duplicate_weaker", "next_best"]
    assert (page.requested, page.keep, page.maybe, page.reject) == (1, 1, 1, 1)
    assert [photo.near for photo in page.photos] == ["a", "a", None]


def test_no_reason_is_repeated() -> None:
    weaker = select(ALBUM).photos[1]
    codes = [reason.code for reason in weaker.reasons]
    assert len(codes) == len(set(codes))


def test_the_photographers_decisions_override() -> None:
    decisions = {"b": Decision(flag=Flag.reject, at=START), "c": Decision(flag=Flag.pick, at=START)}
    page = select(snapshot(ALBUM.features, decisions))
    by_id = {photo.id: photo for photo in page.photos}
    assert (by_id["b"].reasons[0].code, by_id["c"].reasons[0].code) == ("rejected_by_you", "picked_by_you")
    assert (by_id["b"].verdict, by_id["c"].verdict) == (Verdict.reject, Verdict.keep)
    assert by_id["b"].decision == decisions["b"]


def test_a_damaged_photo_is_never_a_keeper() -> None:
    damaged = ALBUM.features["b"].model_copy(update={"damaged": True})
    page = select(snapshot({"b": damaged}))
    assert [(photo.verdict, photo.reasons[0].code) for photo in page.photos] == [(Verdict.maybe, "damaged")]
    assert (page.keep, page.maybe) == (0, 1)


def test_every_status_has_a_verdict() -> None:
    assert set(VERDICTS) == set(SelectionStatus)


def decided(**decisions: Decision) -> dict[str, Proposal]:
    return {photo.id: photo for photo in select(snapshot(ALBUM.features, decisions)).photos}


def sentence(photo: Proposal) -> str:
    return photo.reasons[0].sentence


def test_reasons_name_ranks_and_the_better_photo_with_figures() -> None:
    photos = decided()
    assert sentence(photos["b"]) == "It is among the best: rank 1 of 2 pictures."
    assert sentence(photos["a"]) == "b.jpg is better: score 70 instead of 50."
    assert sentence(photos["c"]) == "It would be kept if twice as many were: rank 2 of 2 pictures."


def test_reasons_follow_the_decision() -> None:
    photos = decided(a=PICK)
    assert sentence(photos["b"]) == "You chose a.jpg instead."
    codes = {reason.code for photo in (photos["a"], photos["b"]) for reason in photo.reasons}
    assert not codes & {"best_in_group", "near_duplicate_weaker"}


def test_a_photo_that_another_stands_for_is_not_called_as_good_as_the_best() -> None:
    photos = {"a": photo(50, [1, 0]), "b": photo(51, [1, 0.1])}
    by_id = {shown.id: shown for shown in select(snapshot(photos)).photos}
    codes = [reason.code for reason in by_id["a"].reasons]
    assert codes[0] == "near_duplicate_weaker"
    assert "nearly_equal" not in codes


def test_a_rejected_best_photo_is_the_reason_against_its_moment() -> None:
    photos = decided(b=REJECT)
    assert (photos["a"].verdict, sentence(photos["a"])) == (
        Verdict.reject,
        "You rejected b.jpg, the best of its moment.",
    )
    assert "best_in_group" not in {reason.code for reason in photos["b"].reasons}


def test_properties_are_reasons_only_outside_the_usual_range() -> None:
    soft = {PropertyName.sharpness: 0.5, PropertyName.contrast: 50.0}
    features = {
        "s": ALBUM.features["c"].model_copy(update={"properties": soft}),
        "u": ALBUM.features["a"].model_copy(update={"properties": {PropertyName.sharpness: 0.8}}),
    }
    photos = {photo.id: photo for photo in select(snapshot(features)).photos}
    assert "blurred" in {reason.code for reason in photos["s"].reasons}
    assert len(photos["u"].reasons) == 1


@pytest.mark.parametrize(
    ("decisions", "expected"),
    [
        ({}, (2, 0, 0)),
        ({"a": PICK}, (2, 1, 1)),
        ({"a": REJECT}, (2, 0, 0)),
        ({"a": REJECT, "b": REJECT, "c": PICK}, (2, 2, 1)),
    ],
)
def test_pictures_are_counted_as_moments(decisions: dict[str, Decision], expected: tuple[int, int, int]) -> None:
    page = select(snapshot(ALBUM.features, decisions))
    assert (page.pictures, page.decided, page.picked) == expected


def test_keepers_at_risk_follow_from_probability_whatever_the_scale_of_scores() -> None:
    """Three pictures that are nothing alike; a flat scale draws their scores together."""
    photos = {}
    for at, probability in enumerate((0.9, 0.6, 0.2)):
        features = photo(Scale(slope=0.27).score(probability), [1, 0], (2**64 - 1) >> 24 * at, 300 * at)
        photos[str(at)] = features.model_copy(update={"probability": probability})
    expected = keepers_at_risk(np.array([90.0, 60.0, 20.0]), np.array([True, False, False]))
    assert select(snapshot(photos)).at_risk == expected


def test_a_moment_whose_best_photo_is_rejected_is_not_at_risk() -> None:
    assert select(snapshot(ALBUM.features, {"b": REJECT})).at_risk == keepers_at_risk(np.ones(1), np.ones(1, bool))
    assert select(snapshot(ALBUM.features, {"b": REJECT, "c": PICK})).at_risk is None


def test_moments_have_an_id() -> None:
    assert [(photo.id, photo.moment) for photo in select(ALBUM).photos] == [("b", "a"), ("a", "a"), ("c", None)]
