"""A shoot goes in at the front door, real photographs with copies and other frames of them: what belongs together?"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image, ImageFilter
from tests.support.local_stack import LocalStack
from tests.support.photos import saved
from tests.support.plain_pictures import plain_pictures
from tests.support.waiting import until

from critic_core.contracts.album import Album, AlbumPage, GroupsPage, SelectionPage, Verdict

Json = dict[str, Any]


@pytest.fixture(scope="module")
def http(stack: LocalStack) -> Iterator[httpx.Client]:
    with stack.client() as client:
        yield client


@pytest.fixture(scope="module")
def shoot(data: Path) -> dict[str, bytes]:
    """Six photographs; the first also blurred, and as the frame before; the second also as other bytes."""
    files = sorted((data / "ccby" / "images").glob("*.jpg"))[:60:10]
    photos = {f"{number}.jpg": file.read_bytes() for number, file in enumerate(files)}
    first = Image.open(io.BytesIO(photos["0.jpg"])).convert("RGB")
    width, height = first.size
    photos["0-blurred.jpg"] = saved(first.filter(ImageFilter.GaussianBlur(width / 150)), "JPEG", quality=95)
    photos["0-before.jpg"] = saved(first.crop((width // 50, 0, width, height - height // 50)), "JPEG", quality=95)
    photos["1-again.jpg"] = photos["1.jpg"] + b"\0"
    return photos


@pytest.fixture(scope="module")
def album(http: httpx.Client, shoot: dict[str, bytes]) -> str:
    return scored_album(http, shoot)


def scored_album(http: httpx.Client, shoot: dict[str, bytes]) -> str:
    """All of it scored."""
    made = Album.model_validate_json(http.post("/v1/albums", json={"name": "Real photographs"}).content)
    files = [("file", (name, photo)) for name, photo in shoot.items()]
    answer = http.post(f"/v1/albums/{made.id}/photos", params={"wait": 30}, files=files)
    assert answer.is_success, answer.text
    until(lambda: page_of(http, made.id).album.counts.done == len(shoot), 60, "all photos scored")
    return made.id


def page_of(http: httpx.Client, album: str) -> AlbumPage:
    return AlbumPage.model_validate_json(http.get(f"/v1/albums/{album}").content)


def groups(http: httpx.Client, album: str, **params: Any) -> list[set[str | None]]:
    answer = http.get(f"/v1/albums/{album}/groups", params=params)
    page = GroupsPage.model_validate_json(answer.content)
    return [{photo.file_name for photo in group.photos} for group in page.groups]


def selection(http: httpx.Client, album: str, **params: Any) -> SelectionPage:
    answer = http.get(f"/v1/albums/{album}/selection", params=params)
    assert answer.status_code == 200, answer.text
    return SelectionPage.model_validate_json(answer.content)


def test_the_ranking_is_by_score(http: httpx.Client, album: str, shoot: dict[str, bytes]) -> None:
    scores = [photo.summary.score for photo in page_of(http, album).photos if photo.summary]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == len(shoot)


def test_exact_near_and_scene_are_three_levels(http: httpx.Client, album: str) -> None:
    assert groups(http, album, level="exact") == [{"1.jpg", "1-again.jpg"}]
    near = groups(http, album)
    assert {"0.jpg", "0-blurred.jpg", "0-before.jpg"} in near
    assert {"1.jpg", "1-again.jpg"} in near
    scenes = groups(http, album, level="scene")
    assert all(any(group <= scene for scene in scenes) for group in near)


def test_different_pictures_with_little_in_them_are_no_group(http: httpx.Client) -> None:
    pictures = dict(plain_pictures())
    firework = Image.open(io.BytesIO(pictures["firework-0.jpg"]))
    pictures["smaller.jpg"] = saved(firework.resize((375, 250)), "JPEG", quality=80, exif=firework.getexif())
    assert groups(http, scored_album(http, pictures)) == [{"firework-0.jpg", "smaller.jpg"}]


def test_other_thresholds_score_nothing_anew(http: httpx.Client, album: str) -> None:
    before = page_of(http, album)
    assert groups(http, album, copy_bits=0, near_bits=0) == [{"1.jpg", "1-again.jpg"}]
    assert page_of(http, album) == before


def test_the_photographer_corrects_groups(http: httpx.Client, album: str) -> None:
    """All at once: what is separated is another picture, what is merged is one, until it is withdrawn."""
    ids = {photo.file_name: photo.id for photo in page_of(http, album).photos}
    corrections = {
        "correction-1": {"kind": "separate", "photos": [ids["0-blurred.jpg"]]},
        "correction-2": {"kind": "merge", "photos": [ids["2.jpg"], ids["3.jpg"]]},
    }
    before, path = groups(http, album), f"/v1/albums/{album}/groups/corrections"
    for name, correction in corrections.items():
        assert http.post(path, json={"id": name, **correction}).status_code == 204
    near = groups(http, album)
    assert {"0.jpg", "0-before.jpg"} in near
    assert any({"2.jpg", "3.jpg"} <= group for group in near)
    moments = {photo.file_name: photo.moment for photo in selection(http, album).photos}
    assert moments["2.jpg"] == moments["3.jpg"] is not None
    for name in corrections:
        assert http.delete(f"{path}/{name}").status_code == 204
    assert sorted(map(sorted, groups(http, album))) == sorted(map(sorted, before))


def test_one_of_near_duplicates_is_proposed_and_says_why(http: httpx.Client, album: str) -> None:
    page = selection(http, album, keep=6)
    assert page.keep == 6
    proposals = {photo.file_name: photo for photo in page.photos}
    blurred = proposals["0-blurred.jpg"]
    assert blurred.verdict is Verdict.reject
    assert blurred.reasons[0].code == "near_duplicate_weaker"
    keepers = {name for name, photo in proposals.items() if photo.verdict is Verdict.keep}
    assert len(keepers & {"1.jpg", "1-again.jpg"}) == 1


def test_the_photographer_has_the_last_word(http: httpx.Client, album: str) -> None:
    worst = selection(http, album, keep=1).photos[-1]
    path = f"/v1/albums/{album}/photos/{worst.id}/decision"
    http.put(path, json={"flag": "pick"})
    proposal = {photo.id: photo for photo in selection(http, album, keep=1).photos}[worst.id]
    assert (proposal.verdict, proposal.reasons[0].code) == (Verdict.keep, "picked_by_you")
    http.post(f"{path}/undo")
    proposal = {photo.id: photo for photo in selection(http, album, keep=1).photos}[worst.id]
    assert proposal.verdict is not Verdict.keep


def test_a_forgotten_album_leaves_nothing_behind(
    http: httpx.Client, stack: LocalStack, shoot: dict[str, bytes]
) -> None:
    album = http.post("/v1/albums").json()["id"]
    photo = http.post(f"/v1/albums/{album}/photos", content=shoot["2.jpg"]).json()["photos"][0]["photo"]["id"]
    assert list(stack.data_folder.rglob(f"*{photo}*"))
    http.delete(f"/v1/albums/{album}")
    until(lambda: http.get(f"/v1/photos/{photo}").status_code == 404, 30, "the photo forgotten")
    until(lambda: not list(stack.data_folder.rglob(f"*{photo}*")), 30, "its bytes deleted")
