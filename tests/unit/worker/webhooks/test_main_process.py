"""The sender's application and its exit when it has stopped consuming."""

import redis
from tests.support.clock import Clock
from tests.support.redis_server import RedisServer
from tests.unit.worker.webhooks.sender_stack import MakeSender

from critic_core.contracts.webhook import WEBHOOK_QUEUE
from critic_core.stores.deliveries import DeliveryLease
from critic_worker.threads import EX_TEMPFAIL
from critic_worker.webhooks.consumption import ConsumptionMonitor
from critic_worker.webhooks.main_process import exit_if_idle, make_sender_context, sender_app
from critic_worker.webhooks.settings import SenderSettings


def test_tickets_are_dispatched_to_the_senders_own_queue(client: "redis.Redis", redis_server: RedisServer) -> None:
    settings = SenderSettings(redis_url=redis_server.url)
    app = sender_app(settings)
    assert [queue.name for queue in app.conf.task_queues] == [WEBHOOK_QUEUE]
    context = make_sender_context(app, settings)
    context.dispatch(DeliveryLease("photo:1", "2", 3.5))
    assert (context.dispatched(), client.llen(WEBHOOK_QUEUE)) == (1, 1)
    app.close()


def test_a_sender_that_starts_no_task_exits(make_sender: MakeSender) -> None:
    sender, clock, exits = make_sender(), Clock(), list[int]()
    monitor = ConsumptionMonitor(clock)
    sender.queued = 1
    exit_if_idle(sender.context, monitor, exits.append)
    clock.now += sender.context.settings.webhook_lease_seconds + 1
    exit_if_idle(sender.context, monitor, exits.append)
    assert exits == [EX_TEMPFAIL]
