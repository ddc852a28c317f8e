import redis
from tests.unit.worker.webhooks.sender_stack import MakeSender

from critic_core.stores.deliveries import DeliveryStore
from critic_worker.webhooks.metrics import PendingEvents


def test_pending_events_are_counted(make_sender: MakeSender) -> None:
    sender = make_sender()
    sender.finished("https://example.com/in")
    pending, oldest = (family.samples[0] for family in PendingEvents(sender.deliveries).collect())
    assert (pending.name, pending.value) == ("critic_webhooks_pending", 1)
    assert oldest.name == "critic_webhooks_oldest_pending_seconds"
    assert 0 <= oldest.value < 60


def test_there_are_no_gauges_while_redis_is_down() -> None:
    down = redis.Redis.from_url("redis://127.0.0.1:1/0", decode_responses=True)
    assert list(PendingEvents(DeliveryStore(down)).collect()) == []
