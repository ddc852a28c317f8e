"""The sender's process: a Celery worker with threads, since a try is waiting and nothing else, and its rounds."""

import os
from concurrent.futures import ThreadPoolExecutor

from celery import Celery, signals
from kombu import Queue

from critic_core.contracts.errors import QueueUnavailable
from critic_core.contracts.webhook import DELIVER_TASK, WEBHOOK_QUEUE
from critic_core.runtime.logs import logger
from critic_core.runtime.queue import celery_app, send
from critic_core.stores.albums import AlbumStore
from critic_core.stores.deliveries import DeliveryStore, Ticket
from critic_core.stores.jobs import JobStore, answering, connect
from critic_worker.celery.threads import EX_TEMPFAIL, bound_shutdown, every
from critic_worker.webhooks import metrics
from critic_worker.webhooks.context import Place
from critic_worker.webhooks.delivery import deliver
from critic_worker.webhooks.events import Stores
from critic_worker.webhooks.host_limiter import Lanes
from critic_worker.webhooks.resolver import bounded, look_up
from critic_worker.webhooks.scheduler import ROUND_SECONDS, Silence, go_round
from critic_worker.webhooks.settings import SenderSettings

log = logger(__name__)


def run(settings: SenderSettings) -> int:
    """Send until told to stop; returns the exit status."""
    app = sender_app(settings)
    place, silence = make_place(app, settings), Silence()
    _add_task(app, place, silence)
    _wire(place, silence)
    worker = app.Worker(
        hostname=f"webhooks@{os.getpid()}",
        loglevel=settings.log_level,
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


def sender_app(settings: SenderSettings) -> Celery:
    """The shared Celery application, with a queue that workers do not consume."""
    app = celery_app(settings)
    app.conf.update(
        task_queues=[Queue(WEBHOOK_QUEUE)],
        task_default_queue=WEBHOOK_QUEUE,
        worker_pool="threads",
        worker_concurrency=settings.webhook_concurrency,
        worker_enable_remote_control=False,
        # A task is but a hint: the delivery itself is due again when its lease ends, whatever becomes of the message.
        task_acks_late=False,
        task_reject_on_worker_lost=False,
    )
    return app


def make_place(app: Celery, settings: SenderSettings) -> Place:
    """Connections for this process."""
    client = connect(settings.redis_url)
    threads = ThreadPoolExecutor(2 * settings.webhook_concurrency, thread_name_prefix="lookup")

    def handed_out() -> int:
        with answering():
            return int(client.llen(WEBHOOK_QUEUE))

    return Place(
        settings=settings,
        stores=Stores(JobStore(client), AlbumStore(client)),
        deliveries=DeliveryStore(client),
        lanes=Lanes(settings.webhook_concurrency),
        look_up=bounded(look_up, threads),
        hand_out=lambda ticket: send(app, DELIVER_TASK, WEBHOOK_QUEUE, str(ticket)),
        handed_out=handed_out,
    )


def _add_task(app: Celery, place: Place, silence: Silence) -> None:
    @app.task(name=DELIVER_TASK)
    def deliver_webhook(ticket: str) -> None:
        silence.broken()
        try:
            deliver(Ticket.parse(ticket), place)
        except QueueUnavailable as error:
            log.warning("webhook_waits", error=error.detail)


def _wire(place: Place, silence: Silence) -> None:
    @signals.setup_logging.connect(weak=False)
    def leave_logs_alone(**_: object) -> None:
        """Being connected is what keeps Celery's hands off the logs."""

    @signals.worker_ready.connect(weak=False)
    def begin(**_: object) -> None:
        metrics.serve(place.settings, place.deliveries)
        every(ROUND_SECONDS, "webhook_round", lambda: go_round(place))
        every(5.0, "webhook_watch", lambda: watch(place, silence))

    @signals.worker_shutting_down.connect(weak=False)
    def end(how: str, **_: object) -> None:
        if how == "Warm":
            bound_shutdown(place.settings.webhook_timeout_seconds)


def watch(place: Place, silence: Silence) -> None:
    """Leave at once when nothing is consumed any more: the restart is the supervisor's. Raises QueueUnavailable."""
    if silence.seconds(place.handed_out()) > place.settings.webhook_lease_seconds:
        log.critical("sender_stopped_consuming")
        os._exit(EX_TEMPFAIL)
