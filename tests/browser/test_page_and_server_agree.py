"""One shoot, dropped on the page and sent as it is: the same groups, sequences and best photos."""

from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from tests.browser.visitor import Chosen, Visitor
from tests.support.local_stack import LocalStack
from tests.support.photos import DATA, cat, saved
from tests.support.waiting import until

SIZE = (1500, 1000)


def shot(name: str, picture: Image.Image, second: int, bias: float | None = None) -> Chosen:
    exif = Image.Exif()
    exif.update({0x010F: "Canon", 0x0110: "Canon EOS R5"})
    facts = {0x9003: f"2024:05:01 10:00:{second:02}", 0x829A: 0.01 * 2 ** (bias or 0), 0x829D: 4.0, 0x920A: 35.0}
    exif.get_ifd(0x8769).update(facts | ({} if bias is None else {0x9204: bias}))
    return Chosen(name, saved(picture, "JPEG", quality=93, exif=exif.tobytes()))


def lit(picture: Image.Image, ev: float) -> Image.Image:
    light = (np.asarray(picture) / 255) ** 2.2 * 0.5 * 2**ev
    return Image.fromarray((np.clip(light, 0, 1) ** (1 / 2.2) * 255).astype(np.uint8))


@pytest.fixture(scope="module")
def shoot() -> list[Chosen]:
    """A bracket, a panorama, and a photo with a blurred version."""
    with Image.open(DATA / "rocket.jpg") as opened:
        rocket = opened.convert("RGB").resize((2400, 1600))
    bracket = [shot(f"bracket{at}.jpg", lit(cat(SIZE), ev), at, ev) for at, ev in enumerate((0.0, -2.0, 2.0))]
    frames = [rocket.crop((left, 0, left + 1500, 1600)).resize(SIZE) for left in (0, 300, 600, 900)]
    turn = [shot(f"turn{at}.jpg", frame, 20 + 3 * at) for at, frame in enumerate(frames)]
    sharp = rocket.rotate(90, expand=True).resize((1000, 1500))
    soft = sharp.resize((250, 375)).resize((1000, 1500))
    return [*bracket, *turn, shot("sharp.jpg", sharp, 50), shot("soft.jpg", soft, 51)]


@pytest.fixture
def http(stack: LocalStack) -> Iterator[httpx.Client]:
    with stack.client() as client:
        yield client


def groups(http: httpx.Client, album: str, level: str) -> set[tuple[Any, ...]]:
    """The kind, the best and the photos of each group, by name; a sequence has no best."""
    until(lambda: not http.get(f"/v1/albums/{album}").json()["album"]["counts"]["pending"], 120, "the critiques")
    page = http.get(f"/v1/albums/{album}/groups", params={"level": level, "wait": 20}).json()
    found = set()
    for group in page["groups"]:
        names = [photo["file_name"] for photo in group["photos"]]
        found.add((group.get("kind"), names[0], frozenset(names)))
    return found


def test_page_and_server_agree(visitor: Visitor, http: httpx.Client, shoot: list[Chosen]) -> None:
    album = http.post("/v1/albums", json={}).json()["id"]
    files = [("file", (photo.name, photo.data)) for photo in shoot]
    http.post(f"/v1/albums/{album}/photos", files=files).raise_for_status()
    visitor.visit().choose(*shoot)
    visitor.all_scored(len(shoot))
    assert visitor.photo_on_server("turn0.jpg")["critique"]["image"]["width"] == 1024
    for level in ("near", "sequence"):
        assert groups(http, visitor.album(), level) == groups(http, album, level)
    assert {kind for kind, _, _ in groups(http, album, "sequence")} == {"exposure_bracket", "panorama"}
