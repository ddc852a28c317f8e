"""Lists what is in each of our images: CycloneDX 1.6, one file an image, of what is really installed in it.

    python -m infra.supply_chain.sbom [IMAGE …]

Python packages with their licences, by their own metadata; Debian packages by dpkg. Both are read inside the image.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from cyclonedx.model import Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

ROOT = Path(__file__).parents[2]
OUT = ROOT / "dist" / "sbom"
# Of every Python on the path: the services' own, and that of the image below, with its pip.
EVERY_PYTHON = """for folder in $(echo "$PATH" | tr : ' '); do
    [ ! -x "$folder/python" ] || "$folder/python" -c "$0"
done"""
DEBIAN = r"dpkg-query --show --showformat '${Package}\t${Version}\t${Architecture}\n'"
PYTHON = """
import importlib.metadata, json
for one in importlib.metadata.distributions():
    told = one.metadata
    print(json.dumps([told["Name"], one.version, told.get("License-Expression") or told.get("License") or ""]))
"""


class Package(NamedTuple):
    """One package that is installed."""

    url: PackageURL
    licence: str = ""


def main(words: list[str] | None = None) -> int:
    """Write a file for each image; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "images", nargs="*", metavar="IMAGE", help="default: those of docker-compose.yml, as far as built"
    )
    images = parser.parse_args(words).images or [one for one in our_images() if is_built(one)]
    OUT.mkdir(parents=True, exist_ok=True)
    for image in images:
        packages = [*debian_packages(image), *python_packages(image)]
        path = OUT / f"{name_of(image)}.cdx.json"
        path.write_text(document(image, packages), "utf-8")
        say(f"{path}: {len(packages)} packages of {image}")
    return 0 if images else 1


def our_images() -> list[str]:
    """The images that we build, all profiles."""
    told = run("docker", "compose", "--profile", "*", "config", "--images")
    return sorted({image for image in told.split() if image.startswith("photo-critic/")})


def is_built(image: str) -> bool:
    """Whether it is on this machine; one that is not is told of."""
    there = bool(run("docker", "image", "ls", "--quiet", image).strip())
    if not there:
        say(f"{image} is not built here, and left out: docker compose --profile '*' build")
    return there


def debian_packages(image: str) -> list[Package]:
    """What dpkg knows in the image."""
    rows = [line.split("\t") for line in inside(image, "sh", "-c", DEBIAN).splitlines()]
    return [
        Package(PackageURL("deb", "debian", name, version, {"arch": architecture}))
        for name, version, architecture in rows
    ]


def python_packages(image: str) -> list[Package]:
    """What Python finds on its path in the image; none where there is no Python."""
    rows = {tuple(json.loads(line)) for line in inside(image, "sh", "-c", EVERY_PYTHON, PYTHON).splitlines()}
    return [Package(PackageURL("pypi", None, name.lower(), version), text) for name, version, text in sorted(rows)]


def document(image: str, packages: Iterable[Package]) -> str:
    """The CycloneDX document. Raises ValueError when it does not fit the published schema."""
    bom = Bom(components=[component(package) for package in packages])
    bom.metadata.component = Component(name=image, type=ComponentType.CONTAINER, version=image.rpartition(":")[2])
    bom.metadata.component.properties.add(Property(name="docker:id", value=id_of(image)))
    bom.register_dependency(bom.metadata.component, bom.components)
    text: str = JsonV1Dot6(bom).output_as_string(indent=1)
    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise ValueError(f"{image}: {error}")
    return text + "\n"


def component(package: Package) -> Component:
    """A package as CycloneDX tells it. A whole licence text stands in for its name in some metadata: left out."""
    url, licence = package
    licenses = [DisjunctiveLicense(name=licence)] if licence and "\n" not in licence else []
    return Component(name=url.name, version=url.version, purl=url, bom_ref=url.to_string(), licenses=licenses)


def inside(image: str, *words: str) -> str:
    """What a command prints in a container of the image, which sees no network."""
    return run("docker", "run", "--rm", "--network", "none", "--entrypoint", words[0], image, *words[1:])


def id_of(image: str) -> str:
    """The image's digest."""
    return run("docker", "image", "inspect", "--format", "{{.Id}}", image).strip()


def name_of(image: str) -> str:
    """`photo-critic/gateway:0.1.0` → `gateway`."""
    return image.rpartition("/")[2].partition(":")[0]


def run(*words: str) -> str:
    """What a command prints; CalledProcessError when it fails."""
    return subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout  # noqa: S603 - words, and no shell


def say(sentence: str) -> None:
    """To whoever runs this."""
    sys.stderr.write(f"{sentence}\n")


if __name__ == "__main__":
    sys.exit(main())
