"""Album queries: single-flight requests, current results, pages."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from threading import Timer

import pytest
import redis
from celery import Celery
from tests.support.redis_server import RedisServer
from tests.unit.gateway.notifications.changes import with_changes

from critic_core.contracts.album import (
    QUERY_QUEUE,
    Album,
    AlbumQuery,
    Counts,
    GroupsQuery,
    SelectionQuery,
    Thresholds,
    query_digest,
)
from critic_core.contracts.errors import AlbumResultPending, InvalidRequest, TooManyPairs
from critic_core.runtime.queue import celery_app
from critic_core.runtime.redis_client import connect
from critic_core.stores.album_results import AlbumResultStore, ResultSection, SectionKey, StoredResult
from critic_core.stores.albums import AlbumStore
from critic_core.stores.tastes import TasteStore
from critic_gateway.albums.queries import AlbumQueries
from critic_gateway.notifications.on_demand import OnDemandResults
from critic_gateway.notifications.subscriber import ChangeSubscriber
from critic_gateway.settings import GatewaySettings

NOW = datetime.now(UTC)
ALBUM = Album(
    id="a1",
    created_at=NOW,
    expires_at=NOW + timedelta(hours=1),
    revision=5,
    decision_revision=2,
    counts=Counts(photos=0, pending=0, done=0, failed=0),
)
GROUPS, SELECTION = GroupsQuery(thresholds=Thresholds()), SelectionQuery(keep=1, thresholds=Thresholds())


@pytest.fixture
def results(client: "redis.Redis") -> AlbumResultStore:
    AlbumStore(client).create(ALBUM)
    return AlbumResultStore(client)


@pytest.fixture
def queue(redis_server: RedisServer) -> Iterator[Celery]:
    with closing(celery_app(GatewaySettings(redis_url=redis_server.url))) as queue:
        yield queue


@pytest.fixture
def queries(redis_server: RedisServer, client: "redis.Redis", results: AlbumResultStore, queue: Celery) -> AlbumQueries:
    on_demand = OnDemandResults(client, ChangeSubscriber(redis_server.url), queue)
    return AlbumQueries(results, on_demand, TasteStore(client))


def save(results: AlbumResultStore, query: AlbumQuery, revision: int, decision_revision: int) -> None:
    sections = {"rows": ResultSection("{}", ["1", "2", "3"])}
    results.save(ALBUM.id, query_digest(query), revision, decision_revision, sections)


def is_current(redis_url: str, results: AlbumResultStore, queue: Celery, query: AlbumQuery) -> bool:
    found: list[bool] = []

    async def test(changes: ChangeSubscriber) -> None:
        try:
            client = connect(redis_url)
            on_demand = OnDemandResults(client, changes, queue)
            await AlbumQueries(results, on_demand, TasteStore(client)).result(ALBUM, query, 0)
        except AlbumResultPending:
            found.append(False)
        else:
            found.append(True)

    with_changes(redis_url, test)
    return found[0]


@pytest.mark.parametrize(
    ("query", "revision", "decision_revision", "current"),
    [
        (GROUPS, 5, 2, True),
        (GROUPS, 6, 0, True),  # groups do not depend on decisions
        (GROUPS, 4, 2, False),
        (SELECTION, 5, 2, True),
        (SELECTION, 5, 1, False),
        (SELECTION, 4, 2, False),
    ],
)
def test_a_result_is_current_for_its_revisions(
    redis_server: RedisServer,
    results: AlbumResultStore,
    queue: Celery,
    query: AlbumQuery,
    revision: int,
    decision_revision: int,
    current: bool,
) -> None:
    save(results, query, revision, decision_revision)
    assert is_current(redis_server.url, results, queue, query) is current


def test_many_requests_send_one_task_and_get_its_result(
    redis_server: RedisServer, client: "redis.Redis", results: AlbumResultStore, queue: Celery
) -> None:
    async def test(changes: ChangeSubscriber) -> None:
        queries = AlbumQueries(results, OnDemandResults(client, changes, queue), TasteStore(client))
        Timer(0.3, save, (results, GROUPS, 5, 2)).start()
        found = await asyncio.gather(*(queries.result(ALBUM, GROUPS, 15) for _ in range(3)))
        assert len({result.token for result in found}) == 1

    with_changes(redis_server.url, test)
    assert client.llen(QUERY_QUEUE) == 1


def latest(results: AlbumResultStore) -> StoredResult:
    stored = results.latest(ALBUM.id, query_digest(GROUPS))
    assert stored is not None
    return stored


def test_a_page_of_an_expired_result_is_an_invalid_request(queries: AlbumQueries, results: AlbumResultStore) -> None:
    save(results, GROUPS, 5, 2)
    stored = latest(results)
    key = SectionKey(ALBUM.id, query_digest(GROUPS), "rows")
    page = queries.page(key, stored.token, 1, 1)
    assert (page.rows, page.following) == (["2"], 2)
    with pytest.raises(InvalidRequest, match="expired"):
        queries.page(key, "other", 1, 1)


def test_pages_of_rows_with_a_text_have_them_all_once(
    queries: AlbumQueries, results: AlbumResultStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("critic_gateway.albums.queries.MAX_SCANNED", 4)
    rows = [f"{'keep' if number % 3 == 0 else 'drop'} {number}" for number in range(12)]
    results.save(ALBUM.id, query_digest(GROUPS), 5, 2, {"rows": ResultSection("{}", rows)})
    stored = latest(results)
    key = SectionKey(ALBUM.id, query_digest(GROUPS), "rows")
    found, following = list[str](), 0
    while following is not None:
        page = queries.page(key, stored.token, following, 1, "keep")
        found, following = [*found, *page.rows], page.following
    assert found == ["keep 0", "keep 3", "keep 6", "keep 9"]


def test_too_many_pairs_are_an_error(redis_server: RedisServer, results: AlbumResultStore, queue: Celery) -> None:
    results.save(ALBUM.id, query_digest(GROUPS), 5, 0, {})
    with pytest.raises(TooManyPairs):
        is_current(redis_server.url, results, queue, GROUPS)
