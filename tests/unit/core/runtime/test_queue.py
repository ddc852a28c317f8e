"""The promises of the queue stand in Celery's settings."""

from critic_core.runtime.queue import celery_app
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
