"""The gallery of a share link in a real browser, with a gateway of its own; photos are finished in the job store."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
import redis
import uvicorn
from PIL import Image
from playwright.sync_api import Page, expect
from tests.support.critiques import make_critique
from tests.support.ports import free_port
from tests.support.redis_server import RedisServer
from tests.support.waiting import until

from critic_core.imaging.golden import golden_photo
from critic_core.runtime.redis_client import connect
from critic_core.runtime.storage import Storage, preview_key
from critic_core.stores.jobs import JobStore
from critic_gateway.app import create_app
from critic_gateway.settings import GatewaySettings

PHOTOS, PIN = 120, "2468"


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("storage")


@pytest.fixture(scope="module")
def gateway(redis_server: RedisServer, folder: Path) -> Iterator[httpx.Client]:
    """HTTP to a gateway that listens."""
    values = {"redis_url": redis_server.url, "storage_url": folder.as_uri()}
    app, port = create_app(GatewaySettings.model_validate(values)), free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = Thread(target=server.run)
    thread.start()
    until(lambda: server.started, 20)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
        yield http
    server.should_exit = True
    thread.join(20)


@pytest.fixture(scope="module")
def album(gateway: httpx.Client, redis_server: RedisServer, folder: Path) -> str:
    """An album of done photos with previews."""
    album_id = str(gateway.post("/v1/albums", json={"name": "Ann & Bob"}).json()["id"])
    files = [("file", (f"{number}.jpg", golden_photo() + bytes([number]))) for number in range(PHOTOS)]
    storage = Storage(folder.as_uri())
    with connect(redis_server.url) as client:
        for start in range(0, PHOTOS, 60):
            sent = gateway.post(f"/v1/albums/{album_id}/photos", files=files[start : start + 60])
            for receipt in sent.json()["photos"]:
                finish(client, storage, receipt["photo"]["id"])
    return album_id


def finish(client: "redis.Redis", storage: Storage, photo_id: str) -> None:
    picture = BytesIO()
    Image.new("RGB", (64, 48), "teal").save(picture, "JPEG")
    storage.put(preview_key(photo_id), picture.getvalue())
    JobStore(client).finish(photo_id, make_critique())


def share(gateway: httpx.Client, album: str, **fields: object) -> str:
    """The address of a new gallery."""
    created: dict[str, Any] = gateway.post(f"/v1/albums/{album}/shares", json=fields).json()
    return f"{gateway.base_url}{created['page']}"


def test_a_client_sees_the_gallery_and_marks_a_favourite(gateway: httpx.Client, album: str, page: Page) -> None:
    page.goto(share(gateway, album, favourites=True, file_names=True))
    expect(page.get_by_role("heading", level=1)).to_have_text("Ann & Bob")
    expect(page.locator(".tile img[src^=blob]").first).to_be_visible()
    page.locator(".heart").first.click()
    expect(page.locator(".heart").first).to_have_attribute("aria-pressed", "true")
    until(lambda: gateway.get(f"/v1/albums/{album}").json()["photos"][0].get("favourites") == 1, 10)
    page.reload()
    expect(page.locator(".heart").first).to_have_attribute("aria-pressed", "true")
    page.locator(".heart").first.click()
    until(lambda: "favourites" not in gateway.get(f"/v1/albums/{album}").json()["photos"][0], 10)


def test_further_photos_come_while_scrolling(gateway: httpx.Client, album: str, page: Page) -> None:
    page.goto(share(gateway, album))
    expect(page.locator(".tile")).to_have_count(100)
    expect(page.locator(".heart:visible")).to_have_count(0)
    page.locator("#end").scroll_into_view_if_needed()
    expect(page.locator(".tile")).to_have_count(PHOTOS)


def test_one_photo_alone(gateway: httpx.Client, album: str, page: Page) -> None:
    page.goto(share(gateway, album, favourites=True, originals=True))
    page.locator(".tile-open").first.click()
    expect(page.locator("#photo-image[src^=blob]")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#photo-name")).to_have_text(f"Photo 2 of {PHOTOS}")
    page.locator("#photo-heart").click()
    expect(page.locator("#photo-heart")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".heart").nth(1)).to_have_attribute("aria-pressed", "true")
    with page.expect_download() as download:
        page.locator("#photo-download").click()
    assert golden_photo() in Path(download.value.path()).read_bytes()


def test_a_pin_opens_the_gallery(gateway: httpx.Client, album: str, page: Page) -> None:
    page.goto(share(gateway, album, pin=PIN))
    page.get_by_label("PIN of this gallery").fill("1357")
    page.get_by_role("button", name="Open").click()
    expect(page.locator("#pin-problem")).to_have_text("The PIN is wrong.")
    page.get_by_label("PIN of this gallery").fill(PIN)
    page.keyboard.press("Enter")
    expect(page.locator(".tile").first).to_be_visible()
    page.reload()
    expect(page.locator(".tile").first).to_be_visible()


def test_an_invalid_link_says_so(gateway: httpx.Client, page: Page) -> None:
    page.goto(f"{gateway.base_url}/shared.html#unknown")
    expect(page.locator("#problem")).to_have_text("No such share link: never created, revoked, or expired.")
    page.goto(f"{gateway.base_url}/shared.html")
    expect(page.locator("#problem")).to_contain_text("incomplete")


def test_the_owner_shares_and_revokes(gateway: httpx.Client, album: str, page: Page) -> None:
    page.goto(f"{gateway.base_url}/#album/{album}")
    page.get_by_role("button", name="Share").click()
    page.locator("#share-pin").fill(PIN)
    links = page.locator("#share-list li")
    expect(links.first).to_be_visible()
    before = links.count()
    page.get_by_role("button", name="Create a link").click()
    expect(page.locator("#share-link")).to_have_value(re.compile(r"/shared\.html#[\w-]{43}$"))
    expect(links.last).to_contain_text("with hearts, with PIN")
    links.last.get_by_role("button", name="Revoke").click()
    expect(links).to_have_count(before)


def test_the_owner_sees_hearts_at_once(gateway: httpx.Client, album: str, page: Page) -> None:
    address = share(gateway, album, favourites=True)
    page.goto(f"{gateway.base_url}/#album/{album}")
    expect(page.locator(".cell:visible").first).to_be_visible()
    photo = gateway.get(f"/v1/albums/{album}").json()["photos"][0]["id"]
    gateway.put(f"/v1/shared/{address.partition('#')[2]}/photos/{photo}/favourite")
    expect(page.locator(".cell-stars", has_text="♥").first).to_be_visible()
