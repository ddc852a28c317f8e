"""Round trips to Redis between an upload and its answer: all of gateway, Celery and worker that name the photo."""

import re

import httpx
import redis
from tests.support.local_stack import LocalStack, photo_of
from tests.support.photos import DATA

from critic_core.contracts.photo import Photo

ROCKET = DATA / "rocket.jpg"
IN_TRANSACTIONS = {"ZADD": ["MULTI"], "ZREM": ["ACK"], "HSET": [], "HDEL": []}
"""Celery's commands of a delivery and of its acknowledgement: two each, in one round trip."""
BEFORE_THE_ANSWER = ["EVALSHA", "MULTI", "EVALSHA", "EVALSHA", "HGETALL"]
"""New photo and ticket; Celery's delivery, after its BRPOP, the sixth; claim; critique; answer."""


def test_a_photo_makes_six_round_trips_until_its_answer(stack: LocalStack) -> None:
    with stack.client() as http, redis.Redis.from_url(stack.note().redis_url, decode_responses=True) as client:
        score(http)  # Redis loads its scripts
        with client.monitor() as monitor:
            trips = round_trips(monitor, score(http).id)
    assert [trip for trip in trips if trip != "ACK"] == BEFORE_THE_ANSWER, trips


def score(http: httpx.Client) -> Photo:
    return photo_of(http.post("/v1/photos", params={"wait": 30}, content=ROCKET.read_bytes()))


def round_trips(monitor: "redis.client.Monitor", photo_id: str) -> list[str]:
    """The first words of round trips that name the photo or its ticket, up to answer and acknowledgement."""
    names, trips = {photo_id}, list[str]()
    while not {"HGETALL", "ACK"} <= set(trips):
        line = monitor.next_command()
        command: str = line["command"]
        if line["client_type"] == "lua" or not any(name in command for name in names):
            continue
        names |= set(re.findall(r"(?:delivery_tag|correlation_id)\W+([0-9a-f-]{36})", command))
        word = command.split(maxsplit=1)[0]
        trips += IN_TRANSACTIONS.get(word, [word])
    return trips
