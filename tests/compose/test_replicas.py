"""Replicas of every tier come and go under load: nothing is lost, nothing answered twice, and all get their share."""

import itertools
import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from tests.compose.balance import Balanced, FirstAnswers, farthest
from tests.compose.load import assert_nothing_lost_nothing_twice, load
from tests.compose.stack import Stack, run
from tests.support.waiting import until

pytestmark = [pytest.mark.compose, pytest.mark.timeout(660)]

SINGLE, MANY = {"gateway": 1, "worker": 2, "inference": 1}, {"gateway": 2, "worker": 4, "inference": 3}
LONGEST_WAIT = 20.0  # seconds from ready to the first answer, where a client that never looks a name up again takes 30
EVEN = 0.2  # no replica's share is farther from the mean than this
ENOUGH = 300  # photos of the quiet phase in which shares are counted

Say = Callable[[str], None]


@pytest.fixture(scope="module")
def scaled(stack: Stack) -> Iterator[Stack]:
    """The stack, one of each tier at first, and as it was in the end."""
    stack.scale(**SINGLE)
    yield stack
    stack.up()


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Say:
    """Tells whoever runs the tests, also when they pass."""

    def tell(sentence: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n  {sentence}\n")

    return tell


def test_new_replicas_get_requests_within_seconds(scaled: Stack, say: Say) -> None:
    before = {container["Id"] for container in scaled.containers()}
    with load(scaled.url) as running, FirstAnswers(Balanced(scaled, "inference")) as first:
        scaled.scale(**MANY)
        new = {
            name: [container["Id"] for container in scaled.containers(name) if container["Id"] not in before]
            for name in MANY
        }
        assert {name: len(ids) for name, ids in new.items()} == {"gateway": 1, "worker": 2, "inference": 2}
        until(lambda: len(first.at) == 2, 30, "an answer of each new inference replica")
        waits = {
            "gateway": [
                spoke(container, "request") - spoke(container, "Application startup complete.")
                for container in new["gateway"]
            ],
            "worker": [spoke(container, "photo_done") - spoke(container, "ready") for container in new["worker"]],
            "inference": later(
                sorted(first.at.values()), sorted(spoke(container, "ready") for container in new["inference"])
            ),
        }
    assert_nothing_lost_nothing_twice(running)
    rounded = {name: [round(wait, 1) for wait in waits[name]] for name in waits}
    say(f"seconds from ready to the first answer: {rounded}")
    assert max(itertools.chain(*waits.values())) <= LONGEST_WAIT
    assert running.outcome.again == {}


def test_every_replica_gets_its_share(scaled: Stack, say: Say) -> None:
    scaled.scale(**MANY)
    balanced = {name: Balanced(scaled, name) for name in ("gateway", "inference")}
    for name, balancer in balanced.items():
        until(lambda balancer=balancer, name=name: len(balancer.usable()) == MANY[name], 20, f"all of {name}")
    with load(scaled.url, clients=6) as running:
        before, began = {name: balancer.responses() for name, balancer in balanced.items()}, datetime.now(UTC)
        running.more(ENOUGH, 120)
        after, ended = {name: balancer.responses() for name, balancer in balanced.items()}, datetime.now(UTC)
    shares = {
        name: [after[name][container] - before[name].get(container, 0) for container in balancer.usable()]
        for name, balancer in balanced.items()
    }
    shares["worker"] = photos_done(scaled, began, ended)
    say(f"requests per replica: {shares}, farthest from the mean: {max(map(farthest, shares.values())):.0%}")
    assert_nothing_lost_nothing_twice(running)
    assert {name: len(balancer) for name, balancer in shares.items()} == MANY
    assert max(map(farthest, shares.values())) <= EVEN


@pytest.mark.parametrize("service", ["inference", "gateway", "worker"])
def test_nothing_is_lost_when_replicas_are_stopped_paused_and_killed(scaled: Stack, say: Say, service: str) -> None:
    scaled.scale(**MANY)
    first, second, *_ = [container["Id"] for container in scaled.containers(service)]
    with load(scaled.url) as running:
        run(["docker", "stop", first], 60)
        running.more(10)
        assert running.outcome.again == {}  # who is told to stop drops nothing
        run(["docker", "start", first], 60)
        until(lambda: healthy(scaled, first), 60, "the first one's return")
        run(["docker", "pause", second], 30)
        running.more(20)
        run(["docker", "unpause", second], 30)
        run(["docker", "kill", first], 30)
        running.more(20)
        run(["docker", "start", first], 30)
        until(lambda: healthy(scaled, first) and healthy(scaled, second), 60, "both ones' return")
        running.more(20)
    assert_nothing_lost_nothing_twice(running)
    outcome = running.outcome
    say(f"{service}: {len(outcome.photos)} photos, {dict(outcome.again)} retried, slowest {outcome.slowest:.1f} s")
    assert running.follower.connections < 10


def test_scaling_down_drops_no_request(scaled: Stack, say: Say) -> None:
    scaled.scale(**MANY)
    with load(scaled.url) as running:
        scaled.scale(**SINGLE)
        running.more(20)
    assert {name: len(scaled.containers(name)) for name in SINGLE} == SINGLE
    assert_nothing_lost_nothing_twice(running)
    say(f"scaled down among {len(running.outcome.photos)} photos, sent again {dict(running.outcome.again)}")
    assert running.outcome.again == {}


def healthy(stack: Stack, container: str) -> bool:
    (state,) = json.loads(run(["docker", "inspect", "--format", "[{{json .State}}]", container], 30))
    return bool(state["Running"] and not state["Paused"] and state["Health"]["Status"] == "healthy")


def later(moments: list[float], than: list[float]) -> list[float]:
    return [moment - before for moment, before in zip(moments, than, strict=True)]


def spoke(container: str, event: str) -> float:
    """When a container said so for the first time; a worker says its name before."""
    line = until(lambda: next((line for line in log(container) if said(line) == event), None), 30, event)
    return datetime.fromisoformat(line["timestamp"]).timestamp()


def said(line: dict[str, str]) -> str:
    return "ready" if line["logger"] == "celery.apps.worker" and line["event"].endswith(" ready.") else line["event"]


def photos_done(stack: Stack, began: datetime, ended: datetime) -> list[int]:
    """How many photos each worker answered between two moments, by the clock of its log."""
    moments = [
        [datetime.fromisoformat(line["timestamp"]) for line in log(container["Id"]) if line["event"] == "photo_done"]
        for container in stack.containers("worker")
    ]
    return [sum(began <= moment <= ended for moment in of_worker) for of_worker in moments]


def log(container: str) -> list[dict[str, str]]:
    text = run(["sh", "-c", f"docker logs {container} 2>&1"], 30)
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]
