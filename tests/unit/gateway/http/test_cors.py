"""Pages of other origins."""

from tests.unit.gateway.application import Application
from tests.unit.gateway.conftest import Start

ORIGIN = "https://photos.example.org"


def test_no_origin_is_allowed_by_default(gateway: Application) -> None:
    response = gateway.http.get("/v1/models", headers={"Origin": ORIGIN})
    assert "access-control-allow-origin" not in response.headers


def test_origins_of_the_settings_are_allowed_without_credentials(start: Start) -> None:
    gateway = start(cors_origins=ORIGIN)
    assert gateway.http.get("/v1/models", headers={"Origin": ORIGIN}).headers["access-control-allow-origin"] == ORIGIN
    preflight = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    response = gateway.http.request(
        "OPTIONS", "/v1/photos", headers={**preflight, "Access-Control-Request-Headers": "X-API-Key"}
    )
    assert response.status_code == 200
    assert "access-control-allow-credentials" not in response.headers
    response = gateway.http.get("/v1/models", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in response.headers
