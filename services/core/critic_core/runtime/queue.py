"""The Celery application that gateway and worker share: names, delivery promises, nothing about photos."""

import json
from functools import lru_cache
from typing import Any
from uuid import uuid4

from celery import Celery
from kombu import Connection, Queue
from kombu.exceptions import OperationalError
from kombu.transport import virtual
from kombu.utils.json import dumps
from redis.exceptions import RedisError

from critic_core.contracts.album import QUERY_QUEUE
from critic_core.contracts.photo import CRITIQUE_QUEUE, CRITIQUE_TASK
from critic_core.runtime import tracing
from critic_core.runtime.redis_client import queue_error
from critic_core.runtime.settings import QueueSettings


def celery_app(settings: QueueSettings) -> Celery:
    """A Celery application that loses no photo and hands none out twice while it is being worked on.

    Why each line is there: docs/operations.md, "Promises under failure".
    """
    app = Celery("photo-critic", broker=settings.redis_url)
    # One number in all three places: with several, the shortest wins and photos run twice (celery #5935).
    visibility = {"visibility_timeout": settings.visibility_timeout_seconds}
    app.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_default_queue=CRITIQUE_QUEUE,
        task_queues=[Queue(CRITIQUE_QUEUE), Queue(QUERY_QUEUE)],
        task_time_limit=settings.task_time_limit_seconds,
        task_soft_time_limit=settings.task_time_limit_seconds - 2,
        worker_prefetch_multiplier=1,
        worker_disable_prefetch=True,
        # A photo under way is finished through a restart of Redis: its second delivery finds the answer there.
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        # A full Redis rejects what a consumer writes: no connection error, yet no reason to exit either.
        broker_channel_error_retry=True,
        broker_transport_options={
            **visibility,
            "socket_timeout": 10,
            "socket_connect_timeout": 5,
            "socket_keepalive": True,
            "health_check_interval": 10,
            "retry_on_timeout": True,
        },
        result_backend_transport_options=visibility,
        visibility_timeout=settings.visibility_timeout_seconds,
        task_publish_retry=True,
        task_publish_retry_policy={"max_retries": 2, "interval_start": 0.1, "interval_max": 0.5},
    )
    return app


def send_ticket(app: Celery, photos: int = 1) -> None:
    """Let a worker claim up to so many queued photos. Raises QueueUnavailable.

    A ticket names no photo: `stores/photo_queue.py` decides whose photos are next.
    """
    send(app, CRITIQUE_TASK, CRITIQUE_QUEUE, photos)


def encode_ticket(app: Celery, photos: int = 1) -> str:
    """A ticket as `send_ticket` leaves it in Redis, for a script that stores photos and ticket in one step."""
    if tracing.enabled():  # the ticket carries the trace
        return _encode_ticket(app, photos)
    text, identifiers = _ticket_template(app, photos)
    for identifier in identifiers:
        text = text.replace(identifier, str(uuid4()))
    return text


@lru_cache(maxsize=32)
def _ticket_template(app: Celery, photos: int) -> tuple[str, tuple[str, str]]:
    """A ticket, and its two identifiers: Celery needs a third of a millisecond for a message."""
    text = _encode_ticket(app, photos)
    properties = json.loads(text)["properties"]
    return text, (properties["correlation_id"], properties["delivery_tag"])


def _encode_ticket(app: Celery, photos: int) -> str:
    with Connection(transport=_EncodingTransport) as connection, _EncodingChannel(connection.transport) as channel:
        producer = app.amqp.Producer(channel, auto_declare=False)
        app.send_task(CRITIQUE_TASK, args=(photos,), queue=CRITIQUE_QUEUE, producer=producer)
        (message,) = channel.encoded
    return message


class _EncodingChannel(virtual.Channel):
    """Encodes messages as the channel of Redis does, and sends none."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.encoded: list[str] = []

    def _put(self, queue: str, message: dict[str, Any], **_: Any) -> None:
        self.encoded.append(dumps(message))


class _EncodingTransport(virtual.Transport):
    Channel = _EncodingChannel


def send(app: Celery, task: str, queue: str, *args: str | int, expires: float | None = None) -> None:
    """Put a task into a queue, to be forgotten after `expires` seconds. QueueUnavailable when Redis does not answer."""
    try:
        app.send_task(task, args=args, queue=queue, expires=expires)
    except (OperationalError, RedisError, OSError) as error:
        raise queue_error(error) from error
