"""Insights live no longer than their photo."""

import pytest
import redis
from tests.support.critiques import make_photo

from critic_core.contracts.insight import EXPLANATION, SUGGESTIONS
from critic_core.contracts.photo import Photo, PhotoState
from critic_core.stores.insights import (
    PICTURE_TTL_SECONDS,
    TTL_SECONDS,
    Insight,
    InsightStore,
    insight_key,
    insight_keys,
)
from critic_core.stores.jobs import JobStore
from critic_core.stores.owner_lua import owner_key
from critic_core.stores.single_flight import acquire_request

INSIGHT = Insight('{"score":1}', b"\x89PNG")


@pytest.fixture
def photo(client: "redis.Redis") -> Photo:
    photo = make_photo(PhotoState.queued)
    JobStore(client).create(photo)
    return photo


@pytest.fixture
def insights(client: "redis.Redis") -> InsightStore:
    return InsightStore(client)


def test_an_insight_is_stored_with_document_and_picture(insights: InsightStore, photo: Photo) -> None:
    assert insights.get(photo.id, EXPLANATION) is None
    assert insights.save(photo.id, EXPLANATION, INSIGHT)
    assert insights.get(photo.id, EXPLANATION) == INSIGHT


def test_a_deleted_photo_leaves_and_gets_no_insight(
    insights: InsightStore, photo: Photo, client: "redis.Redis"
) -> None:
    insights.save(photo.id, EXPLANATION, INSIGHT)
    assert acquire_request(client, insight_key(photo.id, EXPLANATION), 20)
    JobStore(client).mark_deleted(photo.id)
    assert not insights.save(photo.id, EXPLANATION, INSIGHT)
    assert client.exists(*insight_keys(photo.id), owner_key(photo.owner, "insights")) == 0


@pytest.mark.parametrize(
    ("insight", "seconds"), [(INSIGHT, TTL_SECONDS), (Insight(picture=b"jpeg"), PICTURE_TTL_SECONDS)]
)
def test_an_insight_expires(
    insights: InsightStore, photo: Photo, client: "redis.Redis", insight: Insight, seconds: int
) -> None:
    insights.save(photo.id, EXPLANATION, insight)
    assert 0 < client.ttl(insight_key(photo.id, EXPLANATION)) <= seconds


def test_a_scan_of_photos_finds_no_insight(insights: InsightStore, photo: Photo, client: "redis.Redis") -> None:
    insights.save(photo.id, EXPLANATION, INSIGHT)
    assert acquire_request(client, insight_key(photo.id, SUGGESTIONS), 20)
    assert list(client.scan_iter("critic:photo:*")) == [f"critic:photo:{photo.id}"]


def test_an_insight_expires_with_its_photo(insights: InsightStore, photo: Photo, client: "redis.Redis") -> None:
    client.expire(f"critic:photo:{photo.id}", 60)
    insights.save(photo.id, EXPLANATION, INSIGHT)
    assert 0 < client.ttl(insight_key(photo.id, EXPLANATION)) <= 60


def test_an_owner_has_so_many_bytes(client: "redis.Redis", photo: Photo) -> None:
    """The oldest insights go; a larger one than the limit is not stored."""
    insights = InsightStore(client, owner_bytes=450)
    for number in range(3):
        insights.save(photo.id, f"{number}", Insight("0123456789", b"1"))  # 214 bytes
    assert [insights.get(photo.id, f"{number}") is not None for number in range(3)] == [False, True, True]
    insights.save(photo.id, "0", Insight("0" * 251))
    assert [insights.get(photo.id, f"{number}") is not None for number in range(3)] == [False, False, False]
