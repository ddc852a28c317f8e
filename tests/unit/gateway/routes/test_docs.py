"""The page at /docs fits the content security policy: no inline script, no other host."""

import re

from tests.unit.gateway.application import Application


def test_every_resource_of_the_page_is_served_from_here(gateway: Application) -> None:
    page = gateway.http.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    resources = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(resources) == 4
    assert [path for path in resources if gateway.http.get(path).status_code != 200] == []
    assert all(path.startswith("/docs/") for path in resources)


def test_the_page_has_no_inline_script_or_style(gateway: Application) -> None:
    page = gateway.http.get("/docs").text
    assert re.findall(r"<script[^>]*>([^<]*)</script>", page) == ["", ""]
    assert "<style" not in page
    assert "style=" not in page


def test_the_script_opens_the_openapi_document(gateway: Application) -> None:
    script = gateway.http.get("/docs/init.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert 'url: "/v1/openapi.json"' in script.text
    assert not [path for path in gateway.http.get("/v1/openapi.json").json()["paths"] if path.startswith("/docs")]
