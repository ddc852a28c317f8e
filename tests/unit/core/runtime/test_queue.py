"""The promises of the queue stand in Celery's settings."""

import json
from contextlib import closing
from typing import Any

import redis
from tests.support.redis_server import RedisServer

from critic_core.contracts.photo import CRITIQUE_QUEUE
from critic_core.runtime.queue import celery_app, encode_ticket, send_ticket
from critic_core.runtime.settings import QueueSettings

SETTINGS = QueueSettings()


def test_the_visibility_timeout_is_the_same_in_all_three_places() -> None:
    conf = celery_app(SETTINGS).conf
    message = {
        conf.broker_transport_options["visibility_timeout"],
        conf.result_backend_transport_options["visibility_timeout"],
        conf.visibility_timeout,
    }
    assert message == {SETTINGS.visibility_timeout_seconds}


def test_a_task_ends_far_before_it_becomes_visible_again() -> None:
    conf = celery_app(SETTINGS).conf
    assert conf.task_soft_time_limit < conf.task_time_limit <= conf.visibility_timeout / 2


def test_nothing_is_acknowledged_early_prefetched_or_stored_as_a_result() -> None:
    conf = celery_app(SETTINGS).conf
    assert conf.task_acks_late
    assert conf.task_reject_on_worker_lost
    assert conf.worker_disable_prefetch
    assert conf.worker_prefetch_multiplier == 1
    assert conf.task_ignore_result
    assert conf.result_backend is None
    assert conf.accept_content == ["json"]


def test_an_encoded_ticket_is_what_celery_puts_into_redis(client: "redis.Redis", redis_server: RedisServer) -> None:
    with closing(celery_app(QueueSettings(redis_url=redis_server.url))) as app:
        send_ticket(app, 3)
        sent = json.loads(str(client.lpop(CRITIQUE_QUEUE)))
        encoded = [json.loads(encode_ticket(app, photos)) for photos in (3, 3, 2)]
    assert [without_identifiers(ticket) for ticket in encoded[:2]] == [without_identifiers(sent)] * 2
    assert encoded[2]["body"] != sent["body"]
    for name in ("correlation_id", "delivery_tag"):
        assert len({ticket["properties"][name] for ticket in (sent, *encoded)}) == 4


def without_identifiers(ticket: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(ticket)
    for name in ("correlation_id", "delivery_tag"):
        text = text.replace(ticket["properties"][name], name)
    return dict(json.loads(text))
