"""Every image of others has its version in one place, where a maintainer can pin it by digest; actions are pinned."""

import re

import yaml
from infra.supply_chain import pin_images

ROOT = pin_images.ROOT
DOCKERFILE = pin_images.DOCKERFILE.read_text()


def digest(image: str) -> str:
    return f"sha256:{sum(image.encode()):064x}"


def test_every_base_image_is_an_argument_with_a_tag() -> None:
    stages = set(re.findall(r" AS ([\w-]+)$", DOCKERFILE, re.MULTILINE))
    bases = set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) - stages - {"models-${DEVICE}"}
    assert bases == {f"${{{name}}}" for name in pin_images.base_images()}
    assert all(":" in image for image in pin_images.base_images().values())


def test_every_image_and_base_image_of_the_stack_is_pinned() -> None:
    services = yaml.safe_load(pin_images.COMPOSE.read_text())["services"]
    pinned = yaml.safe_load(pin_images.overlay(digest))["services"]
    assert set(pinned) == set(services)
    for name, service in services.items():
        if service["image"].startswith("photo-critic/"):
            arguments = pinned[name]["build"]["args"]
            assert arguments == {key: f"{base}@{digest(base)}" for key, base in pin_images.base_images().items()}
        else:
            assert pinned[name] == {"image": f"{service['image']}@{digest(service['image'])}"}


def test_every_action_is_pinned_by_commit_with_its_version_beside() -> None:
    workflows = "".join(path.read_text() for path in (ROOT / ".github" / "workflows").glob("*.yml"))
    actions = re.findall(r"uses: (.+)", workflows)
    assert actions
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+", action) for action in actions)
