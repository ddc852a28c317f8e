"""Every tier is replaced under load, and a newer version takes over from the one that runs: nobody notices."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from tests.compose.load import assert_nothing_lost_nothing_twice, load
from tests.compose.stack import IMAGE_VERSION, Stack, run

pytestmark = [pytest.mark.compose, pytest.mark.timeout(660)]

NEWER = f"{IMAGE_VERSION}-newer"
LONGEST_WAIT = 9.0  # seconds for a photo, where a worker that still calls the old balancer takes 10
SERVICES = ("worker", "inference", "gateway")  # workers first: older gateways tell what newer workers answered
CONTRACT = "/app/critic_core/contracts/critique.py"
# What a newer version may do: its critiques say something that the version before has never heard of.
CHANGE = rf"""
FROM photo-critic/{{service}}:{IMAGE_VERSION}
USER root
RUN sed -i 's/^    device: str$/    device: str\n    of_tomorrow: str = "a field more"/' {CONTRACT}
RUN grep of_tomorrow {CONTRACT}
USER 10001:10001
"""


@pytest.fixture(scope="module")
def newer(stack: Stack) -> Iterator[str]:
    """The tag of a newer version of the images; in the end the stack is as it was."""
    for service in SERVICES:
        build(service, CHANGE.format(service=service))
    yield NEWER
    stack.up()
    run(["docker", "image", "rm", *(f"photo-critic/{name}:{NEWER}" for name in SERVICES)], 60)


def test_the_balancer_can_be_replaced_too_and_the_next_up_leaves_alone_what_was_rolled(stack: Stack) -> None:
    with load(stack.url) as running:
        stack.roll("balancer", "gateway")
        running.more(20)
    assert_nothing_lost_nothing_twice(running)
    assert running.outcome.again == {}
    assert running.outcome.slowest < LONGEST_WAIT
    rolled = {container["Id"] for container in stack.containers()}
    stack.up()
    assert {container["Id"] for container in stack.containers()} == rolled


def test_a_newer_version_takes_over_and_nobody_notices(
    stack: Stack, newer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    stack.scale(gateway=2, worker=2, inference=2)
    before = {container["Id"] for container in stack.containers()}
    with load(stack.url) as running:
        for service in SERVICES:
            stack.roll(service, PHOTO_CRITIC_VERSION=newer)
            running.more(10)
        photo = stack.client.get(f"/v1/photos/{running.outcome.photos[-1]}").json()
    versions = {name: versions_of(stack, name) for name in (*SERVICES, "edge", "balancer")}
    assert_nothing_lost_nothing_twice(running)
    with capsys.disabled():
        sys.stdout.write(
            f"\n  upgraded among {len(running.outcome.photos)} photos, {running.outcome.again or 'none'} sent again\n"
        )
    assert running.outcome.again == {}
    assert versions == {**dict.fromkeys(SERVICES, [newer] * 2), "edge": [IMAGE_VERSION], "balancer": [IMAGE_VERSION]}
    assert photo["critique"]["provenance"]["of_tomorrow"] == "a field more"
    assert len({container["Id"] for container in stack.containers()} & before) == 3  # edge, balancer and redis


def test_a_version_that_does_not_start_is_taken_away_again(stack: Stack, newer: str) -> None:
    before = {container["Id"] for container in stack.containers("gateway")}
    build("gateway", f'FROM photo-critic/gateway:{IMAGE_VERSION}\nCMD ["false"]\n')
    with load(stack.url) as running, pytest.raises(subprocess.CalledProcessError):
        stack.roll("--wait", "5", "gateway", PHOTO_CRITIC_VERSION=NEWER)
    assert_nothing_lost_nothing_twice(running)
    assert running.outcome.again == {}
    assert {container["Id"] for container in stack.containers("gateway")} == before


def build(service: str, dockerfile: str) -> None:
    command = ["docker", "build", "--quiet", "--tag", f"photo-critic/{service}:{NEWER}", "-"]
    subprocess.run(command, input=dockerfile, text=True, check=True, capture_output=True, timeout=120)


def versions_of(stack: Stack, service: str) -> list[str]:
    return [container["Config"]["Image"].rpartition(":")[2] for container in stack.containers(service)]
