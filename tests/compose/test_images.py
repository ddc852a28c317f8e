"""Every image builds. That takes minutes on a fresh machine, beside other tests; stacks then find it in the cache."""

import json
from collections.abc import Iterator

import pytest
from tests.compose.conftest import built
from tests.compose.stack import Stack, run

pytestmark = [pytest.mark.compose, pytest.mark.timeout(1200)]

OURS = {f"photo-critic/{name}" for name in ("gateway", "worker", "inference", "training", "redis", "haproxy")}


@pytest.fixture(scope="module")
def images() -> Iterator[dict[str, str]]:
    """The images of docker-compose.yml, with their versions, by name."""
    with built() as stack:
        stack.build("training")
        yield names_of(stack)


def names_of(stack: Stack) -> dict[str, str]:
    images = stack.compose("--profile", "*", "config", "--images").split()
    return {image.partition(":")[0]: image for image in images if image.startswith("photo-critic/")}


def test_all_are_built_for_a_user_without_rights(images: dict[str, str]) -> None:
    assert set(images) == OURS
    for name, image in images.items():
        (built_image,) = json.loads(run(["docker", "image", "inspect", image], 30))
        assert built_image["Config"]["User"] == "10001:10001", name
