"""A taste ranks the pictures of its network, and changes neither scores nor the best of near duplicates."""

import json

import numpy as np
from tests.support.tastes import make_model
from tests.unit.worker.albums.snapshots import FAR, photo, snapshot

from critic_core.contracts.album import GroupLevel, GroupsQuery, PhotoFeatures, SelectionQuery, Thresholds
from critic_core.contracts.critique import PropertyName
from critic_core.stores.album_results import ResultSection
from critic_core.stores.tastes import ActiveTaste
from critic_worker.albums.compute import result_sections
from critic_worker.albums.ranking.taste import MOST_TASTE, taste_log_odds

SELECTION = SelectionQuery(keep=1, thresholds=Thresholds())


def photo_of(network: str, score: float, embedding: list[float], bits: int = 0, exposure: float = 50) -> PhotoFeatures:
    features = photo(score, embedding, bits, minutes=bits / FAR * 100)
    properties = {**features.properties, PropertyName.exposure: exposure}
    return features.model_copy(update={"network": network, "properties": properties})


ALBUM = snapshot(
    {
        "a": photo_of("w", 60, [1, 0]),  # near duplicates
        "b": photo_of("w", 70, [1, 0.1]),
        "c": photo_of("w", 50, [0, 1], FAR),
    }
)


def ranked(section: ResultSection) -> list[str]:
    return [json.loads(row)["id"] for row in section.rows]


def test_a_taste_ranks_between_subjects_and_scores_stay() -> None:
    taste = ActiveTaste("v1", make_model([-4.0, 4.0]))
    plain, personal = (result_sections(ALBUM, SELECTION, active)["photos"] for active in (None, taste))
    assert (ranked(plain), ranked(personal)) == (["b", "a", "c"], ["c", "b", "a"])
    assert json.loads(personal.head)["taste"] == "v1"
    assert "taste" not in json.loads(plain.head)
    scores = [{row["id"]: row["score"] for row in map(json.loads, part.rows)} for part in (plain, personal)]
    assert scores[0] == scores[1]


def test_groups_are_by_taste_with_the_same_best_of_near_duplicates() -> None:
    taste = ActiveTaste("v1", make_model([0.0, -30.0]))  # for "a" and against "b", which are alike
    section = result_sections(ALBUM, GroupsQuery(thresholds=Thresholds()), taste)[GroupLevel.near]
    assert json.loads(section.rows[0])["best"] == "b"
    assert json.loads(section.head)["taste"] == "v1"


def test_photos_of_another_network_have_no_taste() -> None:
    features = [photo_of("w", 50, [1, 0]), photo_of("w", 50, [0, 1]), photo_of("x", 50, [1, 0])]
    np.testing.assert_allclose(taste_log_odds(features, make_model([1.0, -1.0])), [1, -1, 0], atol=1e-3)
    assert not taste_log_odds(features, make_model([1.0], network="y")).any()


def test_a_taste_is_bounded_and_shifts_no_album() -> None:
    dark, usual, bright = (photo_of("w", 50, [1, 0], exposure=level) for level in (33, 54, 76))
    by_light = taste_log_odds([dark, usual, bright], make_model([0, 0], exposure=-1))
    assert by_light[0] > by_light[1] > by_light[2]
    assert abs(by_light.sum()) < 1e-9
    assert np.abs(taste_log_odds([dark, bright], make_model([0, 0], exposure=-100))).max() == MOST_TASTE
