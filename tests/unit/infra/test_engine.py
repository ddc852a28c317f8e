"""What the autoscaler reads of a gateway's figures."""

import pytest
from infra.compose.autoscale.engine import gauge
from prometheus_client import generate_latest

from critic_gateway import measures


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("# HELP critic_backlog_photos Photos\n# TYPE critic_backlog_photos gauge\ncritic_backlog_photos 12.0\n", 12),
        ("critic_backlog_photos 0.0\n", 0),
        ("critic_backlog_photos NaN\n", None),
        ("critic_backlog_photos_of_another 3.0\n", None),
        ("", None),
    ],
)
def test_a_gauge_that_is_missing_or_nan_is_unknown(text: str, value: float | None) -> None:
    assert gauge(text) == value


def test_it_is_the_gauge_that_the_gateway_tells() -> None:
    measures.BACKLOG.set(7)
    assert gauge(generate_latest().decode()) == 7
