"""The columns of an album's photos, in the order of upload."""

from datetime import datetime

import numpy as np
import pytest
from tests.unit.worker.albums.snapshots import ALBUM, START, photo, snapshot

from critic_core.contracts.album import Decision, Flag, PhotoFeatures, Thresholds
from critic_worker.albums.features.capture_facts import taken_seconds
from critic_worker.albums.grouping.sequences import NO_SEQUENCE, Frames
from critic_worker.albums.table import album_table, frames_of, natural_ranks, similarity_features


def test_columns_are_in_the_order_of_ids() -> None:
    decision = Decision(flag=Flag.pick, at=START)
    album = snapshot(ALBUM.features, {"b": decision})
    table = album_table(album, Thresholds())
    assert (table.revision, table.ids, len(table)) == (7, ["a", "b", "c"], 3)
    assert (table.name(0), table.sha256[0], table.decisions) == ("a.jpg", "sha-a", [None, decision, None])
    assert [features.score for features in table.features] == [50, 70, 40]
    assert table.levels.near.tolist()[:2] == [table.levels.near[0]] * 2
    assert table.levels.near[2] != table.levels.near[0]
    assert set(table.sequence) == {NO_SEQUENCE}
    assert table.quality[1] > table.quality[0]
    assert [reason.code for reason in table.reasons[1]][:1] == ["best_in_group"]
    assert table.reasons[2] == ()


def test_an_empty_album() -> None:
    table = album_table(snapshot({}), Thresholds())
    assert (len(table), len(table.quality), table.kinds) == (0, 0, [])


def test_embeddings_of_another_size_are_similar_to_none() -> None:
    features = [photo(50, [1, 0]), photo(50, [1, 0, 0]), photo(50, [2, 0, 0])]
    embeddings = similarity_features(features, taken_seconds(features)).embeddings
    assert np.linalg.norm(embeddings, axis=1) == pytest.approx([0, 1, 1], abs=1e-3)


def frames(features: list[PhotoFeatures]) -> Frames:
    return frames_of(features, np.arange(len(features)), similarity_features(features, taken_seconds(features)))


def test_missing_exif_is_not_a_number() -> None:
    unknown = photo(50, [1, 0]).model_copy(update={"capture": None})
    known = photo(50, [1, 0], minutes=2)
    found = frames([unknown, known, photo(50, [1, 0], camera="another")])
    assert np.isnan(found.taken[0])
    assert found.taken[1] - found.taken[2] == 120
    assert np.isnan(found.focal).all()
    assert len({*found.camera.tolist()}) == 3
    assert not found.thumbnail.any()  # older critiques have none


def at(time: str, **fields: object) -> PhotoFeatures:
    made = photo(50, [1, 0])
    assert made.capture is not None
    capture = made.capture.model_copy(update={"taken_at": datetime.fromisoformat(time), **fields})
    return made.model_copy(update={"capture": capture})


def test_instants_are_compared_where_zones_are_known() -> None:
    phone, camera = at("2024-06-01T15:00:10+02:00"), at("2024-06-01T09:00:05-04:00")
    taken = taken_seconds([phone, camera])
    assert taken[0] - taken[1] == 5


def test_a_clock_without_a_zone_is_read_in_the_zone_of_the_others() -> None:
    taken = taken_seconds([at("2024-06-01T15:00:10+02:00"), at("2024-06-01T15:00:00"), at("2024-06-01T15:00:20+02:00")])
    assert (taken - taken[1]).tolist() == [10, 0, 20]


def test_two_cameras_of_one_model_are_two() -> None:
    features = [at("2024-06-01T15:00:00", serial_number=number) for number in ("1", "2", "1", None)]
    cameras = frames(features).camera.tolist()
    assert cameras[0] == cameras[2]
    assert len(set(cameras)) == 3


def test_files_are_ordered_by_the_numbers_in_their_names() -> None:
    assert natural_ranks(["IMG_10.JPG", "IMG_9.JPG", None, "img_9.jpg"]).tolist() == [2, 1, 0, 1]
