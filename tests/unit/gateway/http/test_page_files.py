"""Files of the page in the caches of browsers."""

import asyncio
import os
from pathlib import Path

import httpx
import pytest
from tests.unit.gateway.application import Application

from critic_gateway.http.page_files import PageFiles, _etag


@pytest.mark.parametrize("path", ["/", "/main.js", "/styles/page.css", "/shared.html", "/docs/assets/swagger-ui.css"])
def test_every_file_of_the_page_is_revalidated(gateway: Application, path: str) -> None:
    response = gateway.http.get(path)
    assert (response.status_code, response.headers["cache-control"]) == (200, "no-cache")
    again = gateway.http.get(path, headers={"If-None-Match": response.headers["etag"]})
    assert (again.status_code, again.content, again.headers["cache-control"]) == (304, b"", "no-cache")


@pytest.mark.parametrize("condition", [{}, {"If-Range": '"digest"'}, {"If-Range": "Sat, 01 Feb 2020 00:00:00 GMT"}])
def test_a_part_of_a_file_is_the_whole_file(gateway: Application, condition: dict[str, str]) -> None:
    response = gateway.http.get("/main.js", headers={"Range": "bytes=0-9"} | condition)
    assert (response.status_code, response.content) == (200, gateway.http.get("/main.js").content)
    assert "accept-ranges" not in response.headers


def test_a_new_file_of_equal_size_and_time_is_sent_after_an_upgrade(tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    answers = []
    for text in ("old page", "new page"):
        page.write_text(text, "utf-8")
        os.utime(page, (1_580_601_600, 1_580_601_600))
        _etag.cache_clear()  # a new version is a new process
        answers.append(get(PageFiles(tmp_path)))
    assert answers[0].headers["etag"] != answers[1].headers["etag"]
    assert "last-modified" not in answers[1].headers


def get(page: PageFiles) -> httpx.Response:
    async def request() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(page), base_url="http://page") as client:
            return await client.get("/")

    return asyncio.run(request())
