"""Pins the images of others by digest, for a stack whose base images change by a commit alone.

    python -m infra.supply_chain.pin_images
    docker compose -f docker-compose.yml -f infra/compose/pinned.yml up --build

Writes infra/compose/pinned.yml: each image of docker-compose.yml and each base image of the Dockerfile, with the digest
that the registry has for its tag now. Needs Docker and the registry. Versions stand in those two files alone.
"""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMPOSE, DOCKERFILE = ROOT / "docker-compose.yml", ROOT / "infra" / "docker" / "Dockerfile"
PINNED = ROOT / "infra" / "compose" / "pinned.yml"
OURS = "photo-critic/"
_SERVICE = re.compile(r"^  ([a-z]+):$")
_IMAGE = re.compile(r"^    image: (\S+)$")
_BUILD = re.compile(r"target: (\w+)\}")
_BASE = re.compile(r"^ARG (\w+_IMAGE)=(\S+)$", re.MULTILINE)


def main() -> int:
    """Write the overlay; the exit status."""
    PINNED.write_text(overlay(digest_of), "utf-8")
    sys.stdout.write(f"{PINNED}: written\n")
    return 0


def overlay(digest: Callable[[str], str]) -> str:
    """The text of the overlay, with the digest of each image."""
    bases = {name: f"{image}@{digest(image)}" for name, image in base_images().items()}
    lines = ["# Written by infra/supply_chain/pin_images.py.", "services:"]
    lines += [f"  {name}: {{image: '{image}@{digest(image)}'}}" for name, image in service_images().items()]
    arguments = ", ".join(f"{name}: '{image}'" for name, image in bases.items())
    lines += [f"  {name}: {{build: {{args: {{{arguments}}}}}}}" for name in built_services()]
    return "\n".join(lines) + "\n"


def base_images() -> dict[str, str]:
    """The base images of the Dockerfile, by argument."""
    return dict(_BASE.findall(DOCKERFILE.read_text("utf-8")))


def service_images() -> dict[str, str]:
    """The images of others that services run, by service."""
    return {name: image for name, image in _services(_IMAGE).items() if not image.startswith(OURS)}


def built_services() -> list[str]:
    """The services whose images are built here; edge and balancer share their build by an anchor."""
    names = _services(_BUILD)
    return ["edge", "balancer", *(name for name in names if name not in {"edge", "balancer"})]


def _services(pattern: re.Pattern[str]) -> dict[str, str]:
    """The first match of a pattern in each service of docker-compose.yml."""
    found, service = dict[str, str](), ""
    for line in COMPOSE.read_text("utf-8").partition("\nservices:\n")[2].splitlines():
        if name := _SERVICE.match(line):
            service = name[1]
        elif match := pattern.search(line):
            found.setdefault(service, match[1])
    return found


def digest_of(image: str) -> str:
    """The digest of a tag in its registry. Raises CalledProcessError."""
    command = ["docker", "buildx", "imagetools", "inspect", image, "--format", "{{.Manifest.Digest}}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603 - no shell


if __name__ == "__main__":
    sys.exit(main())
