from tests.support.clock import Clock

from critic_worker.webhooks.consumption import ConsumptionMonitor


def test_idle_time_counts_while_tasks_are_queued_and_none_is_started() -> None:
    clock = Clock()
    monitor = ConsumptionMonitor(clock)
    assert monitor.idle_seconds(3) == 0
    clock.now += 40
    assert monitor.idle_seconds(3) == 40
    monitor.task_started()
    assert monitor.idle_seconds(3) == 0
    clock.now += 40
    assert monitor.idle_seconds(0) == 0
    assert monitor.idle_seconds(1) == 0
