"""The main process of the sender: a Celery worker with threads, since attempts are IO-bound, and a scheduler."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from celery import Celery, signals
from kombu import Queue

from critic_core.contracts.errors import QueueUnavailable
from critic_core.contracts.webhook import DELIVER_TASK, WEBHOOK_QUEUE
from critic_core.runtime.logs import logger
from critic_core.runtime.outbound.resolve import resolve
from critic_core.runtime.queue import celery_app, send
from critic_core.runtime.redis_client import connect, redis_errors
from critic_core.stores.albums import AlbumStore
from critic_core.stores.batches import BatchStore
from critic_core.stores.deliveries import DeliveryLease, DeliveryStore
from critic_core.stores.jobs import JobStore
from critic_worker.consumer import consume
from critic_worker.threads import EX_TEMPFAIL, every
from critic_worker.webhooks import metrics
from critic_worker.webhooks.attempt_limiter import AttemptLimiter
from critic_worker.webhooks.consumption import ConsumptionMonitor
from critic_worker.webhooks.context import SenderContext
from critic_worker.webhooks.delivery import deliver
from critic_worker.webhooks.events import SubjectStores
from critic_worker.webhooks.resolver import with_deadline
from critic_worker.webhooks.scheduler import INTERVAL_SECONDS, schedule
from critic_worker.webhooks.settings import SenderSettings

log = logger(__name__)

WATCH_INTERVAL_SECONDS = 5.0
_UNACKED = {f"unacked{part}_key": f"{WEBHOOK_QUEUE}.unacked{part}" for part in ("", "_index", "_mutex")}


def run(settings: SenderSettings) -> int:
    """Send until a signal; returns the exit status."""
    app = sender_app(settings)
    context, monitor = make_sender_context(app, settings), ConsumptionMonitor()
    _add_task(app, context, monitor)
    _connect_background(context, monitor)
    return consume(app, f"webhooks@{os.getpid()}", settings.log_level, settings.webhook_timeout_seconds)


def sender_app(settings: SenderSettings) -> Celery:
    """The shared Celery application, with the webhook queue."""
    app = celery_app(settings)
    app.conf.update(
        task_queues=[Queue(WEBHOOK_QUEUE)],
        task_default_queue=WEBHOOK_QUEUE,
        worker_pool="threads",
        worker_concurrency=settings.webhook_concurrency,
        worker_enable_remote_control=False,
        # Messages may be lost: a delivery is due again when its lease expires.
        task_acks_late=False,
        task_reject_on_worker_lost=False,
        # Unacknowledged messages apart from the workers': each service restores its own, and has no right to others'.
        broker_transport_options={**app.conf.broker_transport_options, **_UNACKED},
    )
    return app


def make_sender_context(app: Celery, settings: SenderSettings) -> SenderContext:
    """The connections of this process."""
    client = connect(settings.redis_url)
    threads = ThreadPoolExecutor(2 * settings.webhook_concurrency, thread_name_prefix="resolver")

    def dispatched() -> int:
        with redis_errors():
            return int(client.llen(WEBHOOK_QUEUE))

    return SenderContext(
        settings=settings,
        stores=SubjectStores(JobStore(client), AlbumStore(client), BatchStore(client)),
        deliveries=DeliveryStore(client),
        attempt_limiter=AttemptLimiter(settings.webhook_concurrency),
        resolve=with_deadline(resolve, threads),
        dispatch=lambda lease: send(app, DELIVER_TASK, WEBHOOK_QUEUE, str(lease)),
        dispatched=dispatched,
    )


def _add_task(app: Celery, context: SenderContext, monitor: ConsumptionMonitor) -> None:
    @app.task(name=DELIVER_TASK, shared=False)
    def deliver_webhook(lease: str) -> None:
        monitor.task_started()
        try:
            deliver(DeliveryLease.parse(lease), context)
        except QueueUnavailable as error:
            log.warning("webhook_retry", error=error.detail)


def _connect_background(context: SenderContext, monitor: ConsumptionMonitor) -> None:
    @signals.worker_ready.connect(weak=False)
    def start_background(**_: object) -> None:
        metrics.serve(context.settings, context.deliveries)
        every(INTERVAL_SECONDS, "webhook_scheduler", lambda: schedule(context))
        every(WATCH_INTERVAL_SECONDS, "webhook_watcher", lambda: exit_if_idle(context, monitor))


def exit_if_idle(
    context: SenderContext, monitor: ConsumptionMonitor, exit_process: Callable[[int], None] = os._exit
) -> None:
    """Exit without cleanup if the sender has stopped consuming, for a restart. Raises QueueUnavailable."""
    if monitor.idle_seconds(context.dispatched()) > context.settings.webhook_lease_seconds:
        log.critical("sender_stopped_consuming")
        exit_process(EX_TEMPFAIL)
