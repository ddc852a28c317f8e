"""Deprecated calls."""

from datetime import UTC, datetime

import pytest
from tests.unit.gateway.application import Application

from critic_gateway.app import create_app
from critic_gateway.http.deprecation import DEPRECATIONS, Deprecation
from critic_gateway.settings import GatewaySettings


def test_a_deprecated_call_says_since_when_and_until_when(
    gateway: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        DEPRECATIONS, "list_models", Deprecation(datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))
    )
    headers = gateway.http.get("/v1/models").headers
    assert (headers["deprecation"], headers["sunset"]) == ("@1798761600", "Sat, 01 Jan 2028 00:00:00 GMT")
    assert "deprecation" not in gateway.http.get("/v1/photos").headers
    paths = create_app(GatewaySettings()).openapi()["paths"]
    assert paths["/v1/models"]["get"]["deprecated"]
    assert "deprecated" not in paths["/v1/photos"]["get"]
