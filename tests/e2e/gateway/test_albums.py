"""Albums at the front door, without a worker: the tests answer photos and questions through the stores."""

import io
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from tests.e2e.gateway.conftest import Gateway, Start
from tests.support.critiques import make_critique
from tests.support.waiting import until

from critic_core.contracts.album import (
    ALBUM_QUEUE,
    AlbumPage,
    GroupsQuery,
    SelectionQuery,
    Thresholds,
    query_digest,
)
from critic_core.contracts.errors import PhotoCorrupt
from critic_core.contracts.identity import new_photo_id
from critic_core.contracts.photo import CRITIQUE_QUEUE
from critic_core.imaging.golden import golden_photo
from critic_core.stores.album_results import AlbumResultStore, Part
from critic_core.stores.albums import AlbumStore
from critic_core.runtime.redis_client import connect
from critic_worker.albums.compute import answer

PHOTO = golden_photo()
Json = dict[str, Any]


def different(number: int) -> bytes:
    """A photo with bytes of its own."""
    return PHOTO + str(number).encode()


@pytest.fixture
def album(gateway: Gateway) -> str:
    return make(gateway)


def make(gateway: Gateway, **wished: object) -> str:
    answer = gateway.client.post("/v1/albums", json=wished)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/v1/albums/{answer.json()['id']}"
    return str(answer.json()["id"])


def add(gateway: Gateway, album: str, *numbers: int) -> list[Json]:
    files = [("file", (f"{number}.jpg", different(number))) for number in numbers]
    answer = gateway.client.post(f"/v1/albums/{album}/photos", files=files)
    assert answer.status_code == 202, answer.text
    return [receipt["photo"] for receipt in answer.json()["photos"]]


def look(gateway: Gateway, album: str, **asked: object) -> AlbumPage:
    answer = gateway.client.get(f"/v1/albums/{album}", params=asked)  # type: ignore[arg-type]  # httpx's own options
    assert answer.status_code == 200, answer.text
    return AlbumPage.model_validate_json(answer.content)


def test_photos_are_added_ranked_and_paged(gateway: Gateway, album: str) -> None:
    photos = add(gateway, album, 1, 2, 3)
    assert {photo["album"] for photo in photos} == {album}
    assert gateway.store()._redis.llen(CRITIQUE_QUEUE) == 3
    for photo, score in zip(photos, (20, 90, 50), strict=True):
        gateway.store().finish(photo["id"], make_critique(score))
    first = look(gateway, album, limit=2)
    assert (first.album.counts.photos, first.album.counts.done) == (3, 3)
    assert [(photo.file_name, photo.rank) for photo in first.photos] == [("2.jpg", 1), ("3.jpg", 2)]
    rest = look(gateway, album, limit=2, cursor=first.next_cursor)
    assert [(photo.file_name, photo.rank) for photo in rest.photos] == [("1.jpg", 3)]
    assert rest.next_cursor is None


def test_the_same_bytes_again_are_known_and_cost_nothing(gateway: Gateway, album: str) -> None:
    first = add(gateway, album, 1)[0]
    answer = gateway.client.post(f"/v1/albums/{album}/photos", content=different(1)).json()["photos"][0]
    assert (answer["duplicate"], answer["photo"]["id"]) == (True, first["id"])
    assert len(gateway.stored()) == 1
    assert gateway.store()._redis.llen(CRITIQUE_QUEUE) == 1
    assert look(gateway, album).album.counts.photos == 1


def test_the_same_bytes_in_two_albums_are_two_photos(gateway: Gateway, album: str) -> None:
    assert add(gateway, album, 1)[0]["id"] != add(gateway, make(gateway), 1)[0]["id"]


def test_a_bad_file_fails_alone(gateway: Gateway, album: str) -> None:
    files = [("file", ("a.jpg", PHOTO)), ("file", ("b.txt", b"words"))]
    told = gateway.client.post(f"/v1/albums/{album}/photos", files=files).json()["photos"]
    assert told[1]["problem"]["code"] == "photo_unsupported"
    assert look(gateway, album).album.counts.photos == 1


def test_photos_end_with_their_album(gateway: Gateway) -> None:
    album = make(gateway, ttl_seconds=600)
    photo = add(gateway, album, 1)[0]
    assert photo["expires_at"] == look(gateway, album).album.model_dump(mode="json")["expires_at"]


@pytest.mark.parametrize(
    ("wished", "status", "code"),
    [
        ({"ttl_seconds": 10**9}, 422, "invalid_request"),
        ({"ttl_seconds": 1}, 422, "invalid_request"),
        ({"colour": "red"}, 422, "invalid_request"),
        ({"name": "x" * 201}, 422, "invalid_request"),
        ({"model": "stranger"}, 503, "not_ready"),
    ],
)
def test_an_album_that_cannot_be_made_says_why(gateway: Gateway, wished: Json, status: int, code: str) -> None:
    answer = gateway.client.post("/v1/albums", json=wished)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("path", ["", "/groups", "/selection", "/events"])
@pytest.mark.parametrize("album", [pytest.param(new_photo_id(), id="a new id"), "not-an-id"])
def test_no_such_album(gateway: Gateway, path: str, album: str) -> None:
    answer = gateway.client.get(f"/v1/albums/{album}{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "album_not_found")


def test_a_full_album_says_so(start_gateway: Start) -> None:
    gateway = start_gateway(MAX_ALBUM_PHOTOS="1")
    album = make(gateway)
    files = [("file", (f"{number}.jpg", different(number))) for number in range(2)]
    told = gateway.client.post(f"/v1/albums/{album}/photos", files=files).json()["photos"]
    assert told[1]["problem"]["code"] == "album_full"
    assert len(gateway.stored()) == 1


@pytest.mark.parametrize("cursor", ["x", "%00", "aGVsbG8", "AAAA", "ü"])
def test_a_foreign_cursor_is_refused_with_a_sentence(gateway: Gateway, album: str, cursor: str) -> None:
    for path in ("", "/groups"):
        answer = gateway.client.get(f"/v1/albums/{album}{path}", params={"cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_decisions_are_made_and_undone(gateway: Gateway, album: str) -> None:
    photo = add(gateway, album, 1)[0]["id"]
    path = f"/v1/albums/{album}/photos/{photo}/decision"
    assert gateway.client.get(path).json() == {"history": []}
    gateway.client.put(path, json={"flag": "pick", "stars": 5})
    told = gateway.client.put(path, json={"flag": "reject"}).json()
    assert told["current"]["flag"] == "reject"
    assert gateway.client.post(f"{path}/undo").json()["current"]["stars"] == 5
    shown = look(gateway, album).photos[0].decision
    assert shown is not None
    assert (shown.flag, shown.stars) == ("pick", 5)


@pytest.mark.parametrize("choice", [{"stars": 6}, {"stars": -1}, {"flag": "love"}, {"rating": 3}])
def test_an_impossible_decision_is_refused(gateway: Gateway, album: str, choice: Json) -> None:
    photo = add(gateway, album, 1)[0]["id"]
    answer = gateway.client.put(f"/v1/albums/{album}/photos/{photo}/decision", json=choice)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_only_photos_of_the_album_can_be_decided_about(gateway: Gateway, album: str) -> None:
    stranger = add(gateway, make(gateway), 1)[0]["id"]
    for photo in (stranger, new_photo_id(), "x"):
        answer = gateway.client.put(f"/v1/albums/{album}/photos/{photo}/decision", json={"stars": 1})
        assert (answer.status_code, answer.json()["code"]) == (404, "photo_not_found")


def test_a_forgotten_album_is_gone_at_once(gateway: Gateway, album: str) -> None:
    add(gateway, album, 1)
    assert gateway.client.delete(f"/v1/albums/{album}").status_code == 204
    assert gateway.client.get(f"/v1/albums/{album}").status_code == 404
    assert gateway.client.delete(f"/v1/albums/{album}").status_code == 404
    assert gateway.client.post(f"/v1/albums/{album}/photos", content=PHOTO).status_code == 404


# -- questions --------------------------------------------------------------------------------------------------------


def keep(gateway: Gateway, album: str, rows: int, revision: int) -> None:
    head = f'{{"revision":{revision},"level":"near","thresholds":{{}},"total":{rows}}}'
    part = Part(head, [f'{{"number":{number}}}' for number in range(rows)])
    question = query_digest(GroupsQuery(thresholds=Thresholds()))
    AlbumResultStore(connect(gateway.redis.url)).keep(album, question, revision, 0, {"near": part})


def test_a_question_is_put_to_a_worker_once_and_its_answer_is_told(gateway: Gateway, album: str) -> None:
    revision = look(gateway, album).album.revision
    answers: list[httpx.Response] = []
    asking = [
        threading.Thread(target=lambda: answers.append(gateway.client.get(f"/v1/albums/{album}/groups")))
        for _ in range(3)
    ]
    for each in asking:
        each.start()
    client = connect(gateway.redis.url)
    until(lambda: client.llen(ALBUM_QUEUE) == 1, 10, "the question in the queue")
    keep(gateway, album, 2, revision)
    for each in asking:
        each.join(20)
    assert [answer.json()["groups"] for answer in answers] == 3 * [[{"number": 0}, {"number": 1}]]
    assert client.llen(ALBUM_QUEUE) == 1


def test_an_answer_that_does_not_come_is_told_as_late(gateway: Gateway, album: str) -> None:
    answer = gateway.client.get(f"/v1/albums/{album}/groups", params={"wait": 0})
    assert (answer.status_code, answer.json()["code"], answer.json()["permanent"]) == (503, "album_result_pending", False)
    assert int(answer.headers["retry-after"]) > 0


def test_an_old_answer_is_not_told_for_a_new_album(gateway: Gateway, album: str) -> None:
    keep(gateway, album, 1, look(gateway, album).album.revision)
    assert gateway.client.get(f"/v1/albums/{album}/groups", params={"wait": 0}).status_code == 200
    add(gateway, album, 1)
    assert gateway.client.get(f"/v1/albums/{album}/groups", params={"wait": 0}).status_code == 503


def test_whoever_pages_comes_to_the_end_of_the_answer_they_began_with(gateway: Gateway, album: str) -> None:
    keep(gateway, album, 5, 0)
    found: list[int] = []
    asked: Json = {"limit": 2}
    while True:
        told = gateway.client.get(f"/v1/albums/{album}/groups", params=asked).json()
        found += [row["number"] for row in told["groups"]]
        if "next_cursor" not in told:
            break
        keep(gateway, album, 1, told["revision"] + 1)  # a newer answer comes meanwhile
        assert told["total"] == 5
        asked["cursor"] = told["next_cursor"]
    assert found == [0, 1, 2, 3, 4]


def test_thresholds_are_checked(gateway: Gateway, album: str) -> None:
    for asked in ({"near_bits": 65}, {"near_cosine": 2}, {"scene_seconds": 0}, {"nearness": 1}, {"level": "twins"}):
        answer = gateway.client.get(f"/v1/albums/{album}/groups", params=asked)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


# -- events -----------------------------------------------------------------------------------------------------------


class Events:
    """What a stream tells, as it comes."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines

    def next(self) -> Json:
        told: Json = {}
        for line in self._lines:
            name, _, value = line.partition(": ")
            if not line and "event" in told:
                return told | {"data": json.loads(told["data"])}
            if name:
                told[name] = value
        raise EOFError

    def kinds(self, count: int) -> list[str]:
        return [self.next()["event"] for _ in range(count)]


@contextmanager
def following(gateway: Gateway, album: str, seen: str | None = None) -> Iterator[Events]:
    headers = {"Last-Event-ID": seen} if seen else {}
    with gateway.client.stream("GET", f"/v1/albums/{album}/events", headers=headers) as stream:
        assert stream.status_code == 200
        assert stream.headers["content-type"].startswith("text/event-stream")
        yield Events(stream.iter_lines())


def test_events_come_as_they_happen(gateway: Gateway, album: str) -> None:
    with following(gateway, album) as events:
        assert events.next()["event"] == "album"
        one, two = (photo["id"] for photo in add(gateway, album, 1, 2))
        assert events.kinds(2) == ["photo_added", "photo_added"]
        gateway.store().finish(one, make_critique())
        gateway.store().fail(two, PhotoCorrupt().problem())
        done, failed = events.next(), events.next()
        assert (done["event"], done["data"]["photo_id"]) == ("photo_done", one)
        assert failed["data"]["counts"] == {"photos": 2, "pending": 0, "done": 1, "failed": 1}
        gateway.client.delete(f"/v1/photos/{one}")
        gateway.client.delete(f"/v1/albums/{album}")
        assert events.kinds(2) == ["photo_deleted", "album_deleted"]
        with pytest.raises(EOFError):
            events.next()


def test_followers_are_counted_until_they_leave(start_gateway: Start) -> None:
    gateway = start_gateway()
    album = make(gateway)

    def told(number: int) -> Callable[[], bool]:
        return lambda: f"critic_album_followers {number}.0" in gateway.client.get("/metrics").text

    with following(gateway, album) as first, following(gateway, album) as second:
        first.next(), second.next()
        until(told(2), 10, "two followers")
    until(told(0), 20, "no follower")


def test_many_follow_and_each_sees_everything(gateway: Gateway, album: str) -> None:
    with following(gateway, album) as one, following(gateway, album) as other:
        assert one.kinds(1) == other.kinds(1) == ["album"]
        add(gateway, album, 1, 2, 3)
        assert one.kinds(3) == other.kinds(3) == 3 * ["photo_added"]


def test_followers_cost_the_store_nothing(gateway: Gateway, album: str) -> None:
    """What a gateway asks of Redis for an event does not grow with those who follow."""
    client = connect(gateway.redis.url)

    def read() -> int:
        told = client.info("commandstats")
        return int(told.get("cmdstat_xrange", {}).get("calls", 0))

    def cost(followers: int) -> int:
        streams = [following(gateway, album) for _ in range(followers)]
        events = [stream.__enter__() for stream in streams]
        try:
            for each in events:
                each.next()
            before = read()
            add(gateway, album, new_number())
            for each in events:
                each.next()
            return read() - before
        finally:
            for stream in streams:
                stream.__exit__(None, None, None)

    assert cost(8) <= cost(1) + 2


_numbers = iter(range(1000, 2000))


def new_number() -> int:
    return next(_numbers)


def test_a_follower_goes_on_where_it_was_also_after_a_restart_of_the_gateway(start_gateway: Start) -> None:
    first = start_gateway()
    album = make(first)
    with following(first, album) as events:
        events.next()
        add(first, album, 1)
        seen = events.next()["id"]
    first.process.terminate()
    first.process.wait(10)
    second = start_gateway()
    add(second, album, 2, 3)
    with following(second, album, seen) as events:
        assert events.kinds(2) == ["photo_added", "photo_added"]
        add(second, album, 4)
        assert events.next()["data"]["counts"]["photos"] == 4


@pytest.mark.parametrize("seen", ["0-0", "nonsense", "99999999999999999999-1"])
def test_whoever_was_away_for_too_long_is_told_to_look_anew(gateway: Gateway, album: str, seen: str) -> None:
    add(gateway, album, 1)
    with following(gateway, album, seen) as events:
        assert events.next()["event"] == "album"


def test_a_restart_of_redis_loses_no_event(gateway: Gateway, album: str) -> None:
    with following(gateway, album) as events:
        events.next()
        gateway.redis.stop()
        gateway.redis.start()
        until(_answers(gateway, album), 20, "the album after the restart")
        add(gateway, album, 1)
        assert events.kinds(1) == ["photo_added"]


def _answers(gateway: Gateway, album: str) -> Callable[[], bool]:
    return lambda: gateway.client.get(f"/v1/albums/{album}").status_code == 200


# -- exports ----------------------------------------------------------------------------------------------------------


def answered_album(gateway: Gateway, album: str) -> None:
    """Two photos, and the answer about them that a worker would give."""
    for photo, score in zip(add(gateway, album, 1, 2), (20, 90), strict=True):
        gateway.store().finish(photo["id"], make_critique(score))
    client = connect(gateway.redis.url)
    question = SelectionQuery(keep=1, thresholds=Thresholds())
    answer(album, question.model_dump_json(), AlbumStore(client), AlbumResultStore(client))


@pytest.mark.parametrize(
    ("wished", "kind", "begins"),
    [
        ("csv", "text/csv", b"file_name,verdict,stars"),
        ("json", "application/json", b'{"format":"photo-critic-album/1"'),
        ("xmp", "application/zip", b"PK"),
        ("zip", "application/zip", b"PK"),
        ("html", "text/html", b"<!doctype html>"),
    ],
)
def test_an_album_is_taken_away(gateway: Gateway, wished: str, kind: str, begins: bytes) -> None:
    album = make(gateway, name="Zoë/Ben")
    answered_album(gateway, album)
    told = gateway.client.get(f"/v1/albums/{album}/export", params={"format": wished, "keep": 1})
    assert told.status_code == 200, told.text
    assert told.headers["content-type"].startswith(kind)
    assert told.content.startswith(begins)
    assert "filename*=UTF-8''Ben." in told.headers["content-disposition"]
    if wished == "zip":
        archive = zipfile.ZipFile(io.BytesIO(told.content))
        assert archive.read("2.jpg") == different(2)
        assert "1.jpg" not in archive.namelist()


@pytest.mark.parametrize(
    "asked", [{"format": "pdf"}, {}, {"format": "csv", "stars": "1"}, {"format": "xmp", "sidecars": "x"}]
)
def test_an_export_that_is_none_is_refused(gateway: Gateway, album: str, asked: Json) -> None:
    answered_album(gateway, album)
    told = gateway.client.get(f"/v1/albums/{album}/export", params={"keep": 1, **asked})
    assert (told.status_code, told.json()["code"]) == (422, "invalid_request")
