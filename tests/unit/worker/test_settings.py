"""Canary and shadow in the settings, and the times that follow from the time limit."""

import pytest
from pydantic import ValidationError

from critic_core.contracts.routing import Routing, TrafficSplit
from critic_worker.settings import WorkerSettings


def test_the_routing_follows_from_the_settings() -> None:
    settings = WorkerSettings(canary="2:10%", shadow="3")
    assert settings.routing == Routing(
        canary=TrafficSplit(version="2", percent=10), shadow=TrafficSplit(version="3", percent=100)
    )
    assert WorkerSettings().routing == Routing()


@pytest.mark.parametrize(("name", "text"), [("canary", "2"), ("canary", "two:10%"), ("shadow", "2:0%")])
def test_an_invalid_split_is_refused(name: str, text: str) -> None:
    with pytest.raises(ValidationError, match=name):
        WorkerSettings.model_validate({name: text})


def test_leases_and_heartbeats_outlast_the_time_limit() -> None:
    settings = WorkerSettings(task_time_limit_seconds=60)
    assert settings.task_time_limit_seconds < settings.lease_seconds < settings.heartbeat_timeout_seconds
