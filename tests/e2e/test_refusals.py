"""What bad input gets at the front door: a problem that says what is wrong, soon, and nothing lost beside it."""

from collections.abc import Iterator

import httpx
import pytest
from tests.support.local_stack import LocalStack, photo_of
from tests.support.photos import DATA, cat, png_bomb, png_header, saved

from critic_core.contracts.errors import Problem
from critic_core.contracts.identity import new_id

ROCKET = (DATA / "rocket.jpg").read_bytes()
BAD = {
    "empty": (b"", 400, "photo_empty"),
    "text": (b"GET / HTTP/1.1\r\n\r\n", 415, "photo_unsupported"),
    "html": (b"<!doctype html><script>alert(1)</script>", 415, "photo_unsupported"),
    "truncated JPEG": (ROCKET[:15_000], 422, "photo_corrupt"),
    "truncated PNG": (saved(cat(), "PNG")[:15_000], 422, "photo_corrupt"),
    "huge by its header": (png_header(50_000, 50_000) + bytes(2000), 413, "photo_too_many_pixels"),
    "decompression bomb": (png_bomb(12_000), 413, "photo_too_many_pixels"),
}


@pytest.fixture(scope="module")
def http(stack: LocalStack) -> Iterator[httpx.Client]:
    with stack.client() as client:
        yield client


def problem_in(answer: httpx.Response) -> Problem:
    assert answer.headers["content-type"] == "application/problem+json"
    return Problem.model_validate_json(answer.content)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_gets_its_problem_while_its_sender_waits(http: httpx.Client, name: str) -> None:
    body, status, code = BAD[name]
    answer = http.post("/v1/photos", params={"wait": 30}, files={"file": ("photo.jpg", body)})
    problem = problem_in(answer)
    assert (answer.status_code, problem.status, problem.code) == (status, status, code), problem.detail
    assert problem.permanent
    assert problem.detail.endswith(".")


@pytest.mark.parametrize(
    "file_name",
    ["../../../etc/passwd", "..\\..\\boot.ini", "a\x07b\x1b[31m.jpg", "\u202egpj.exe", "x" * 1000, "💥.jpg"],
)
def test_a_hostile_file_name_is_only_a_name(http: httpx.Client, stack: LocalStack, file_name: str) -> None:
    photo = photo_of(http.post("/v1/photos", params={"wait": 30}, files={"file": (file_name, ROCKET)}))
    assert photo.file_name is not None
    assert photo.file_name.isprintable()
    assert not {"/", "\\"} & set(photo.file_name)
    assert len(photo.file_name) <= 255
    stored = {path.name for path in (stack.data_folder / "storage").rglob("*") if path.is_file()}
    assert stored <= {"original", "preview.jpg"}


@pytest.mark.parametrize("size", [(1, 1), (3000, 7), (7, 3000)])
def test_strange_shapes_are_photos_all_the_same(http: httpx.Client, size: tuple[int, int]) -> None:
    photo = photo_of(http.post("/v1/photos", params={"wait": 30}, content=saved(cat(size), "PNG")))
    assert photo.critique is not None
    assert (photo.critique.image.width, photo.critique.image.height) == size


@pytest.mark.parametrize("photo_id", ["1", "..%2F..%2Fetc", pytest.param(new_id(), id="a new id")])
@pytest.mark.parametrize("what", ["", "/preview", "/original"])
def test_a_photo_nobody_sent_is_not_found(http: httpx.Client, photo_id: str, what: str) -> None:
    assert http.get(f"/v1/photos/{photo_id}{what}").status_code == 404


@pytest.mark.parametrize("wait", ["-1", "31", "soon"])
def test_a_wait_that_is_none_is_refused(http: httpx.Client, wait: str) -> None:
    answer = http.post("/v1/photos", params={"wait": wait}, content=ROCKET)
    assert (answer.status_code, problem_in(answer).code) == (422, "invalid_request")


def test_a_good_photo_is_not_held_up_by_bad_ones(http: httpx.Client) -> None:
    files = [("file", ("bad.jpg", body)) for body, _, _ in BAD.values()] + [("file", ("good.jpg", ROCKET))]
    answer = http.post("/v1/photos", params={"wait": 30}, files=files)
    *bad, good = answer.json()["photos"]
    assert good["photo"]["critique"]["score"] >= 0
    problems = [receipt.get("problem") or receipt["photo"]["problem"] for receipt in bad]
    assert [problem["code"] for problem in problems] == [code for _, _, code in BAD.values()]
