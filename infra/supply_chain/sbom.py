"""A software bill of materials for each image: CycloneDX 1.6, one file an image, from the installed packages.

    python -m infra.supply_chain.sbom [IMAGE …]

Python packages with licences from their metadata; Debian packages from dpkg. Both are read inside the image.
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
from packageurl import PackageURL

ROOT = Path(__file__).parents[2]
OUT = ROOT / "dist" / "sbom"
# Every Python on the path: the service's, and the base image's with its pip.
EVERY_PYTHON = """for folder in $(echo "$PATH" | tr : ' '); do
    [ ! -x "$folder/python" ] || "$folder/python" -c "$0"
done"""
DEBIAN = r"dpkg-query --show --showformat '${Package}\t${Version}\t${Architecture}\n'"
PYTHON = """
import importlib.metadata, json
for package in importlib.metadata.distributions():
    fields = package.metadata
    licence = fields.get("License-Expression") or fields.get("License") or ""
    print(json.dumps([fields["Name"], package.version, licence]))
"""


class Package(NamedTuple):
    """One installed package."""

    url: PackageURL
    licence: str = ""


def main(arguments: list[str] | None = None) -> int:
    """Write a file for each image; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images", nargs="*", metavar="IMAGE", help="default: the built images of docker-compose.yml")
    images = parser.parse_args(arguments).images or [image for image in our_images() if is_built(image)]
    OUT.mkdir(parents=True, exist_ok=True)
    for image in images:
        packages = [*debian_packages(image), *python_packages(image)]
        path = OUT / f"{name_of(image)}.cdx.json"
        path.write_text(document(container(image), packages), "utf-8")
        log(f"{path}: {len(packages)} packages of {image}")
    return 0 if images else 1


def our_images() -> list[str]:
    """Images built from this repository, in all profiles."""
    images = run("docker", "compose", "--profile", "*", "config", "--images")
    return sorted({image for image in images.split() if image.startswith("photo-critic/")})


def is_built(image: str) -> bool:
    """True for an image on this machine; logs a missing one."""
    found = bool(run("docker", "image", "ls", "--quiet", image).strip())
    if not found:
        log(f"{image} is not built here, and left out: docker compose --profile '*' build")
    return found


def debian_packages(image: str) -> list[Package]:
    """Packages of dpkg in the image."""
    rows = [line.split("\t") for line in run_in(image, "sh", "-c", DEBIAN).splitlines()]
    return [
        Package(PackageURL("deb", "debian", name, version, {"arch": architecture}))
        for name, version, architecture in rows
    ]


def python_packages(image: str) -> list[Package]:
    """Packages of Python in the image; none without a Python."""
    rows = {tuple(json.loads(line)) for line in run_in(image, "sh", "-c", EVERY_PYTHON, PYTHON).splitlines()}
    return [Package(PackageURL("pypi", None, name.lower(), version), text) for name, version, text in sorted(rows)]


def document(subject: Component, packages: Iterable[Package]) -> str:
    """The CycloneDX document of what `subject` has. Raises ValueError when it violates the published schema."""
    from cyclonedx.validation.json import JsonStrictValidator  # noqa: PLC0415 - compiles grammars for seconds

    bom = Bom(components=[component(package) for package in packages])
    bom.metadata.component = subject
    bom.register_dependency(subject, bom.components)
    text: str = JsonV1Dot6(bom).output_as_string(indent=1)
    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise ValueError(f"{subject.name}: {error}")
    return text + "\n"


def container(image: str) -> Component:
    """An image as a CycloneDX component, with its digest."""
    digest = Property(name="docker:id", value=id_of(image))
    version = image.rpartition(":")[2]
    return Component(name=image, type=ComponentType.CONTAINER, version=version, properties=[digest])


def component(package: Package) -> Component:
    """A package as a CycloneDX component. Some metadata has the whole licence text for a name: dropped."""
    url, licence = package
    licenses = [DisjunctiveLicense(name=licence)] if licence and "\n" not in licence else []
    return Component(name=url.name, version=url.version, purl=url, bom_ref=url.to_string(), licenses=licenses)


def run_in(image: str, *command: str) -> str:
    """The output of a command in a container of the image, without network."""
    return run("docker", "run", "--rm", "--network", "none", "--entrypoint", command[0], image, *command[1:])


def id_of(image: str) -> str:
    """The image's digest."""
    return run("docker", "image", "inspect", "--format", "{{.Id}}", image).strip()


def name_of(image: str) -> str:
    """`photo-critic/gateway:0.3.0` → `gateway`."""
    return image.rpartition("/")[2].partition(":")[0]


def run(*command: str) -> str:
    """The output of a command. Raises CalledProcessError."""
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout  # noqa: S603 - no shell


def log(sentence: str) -> None:
    """Progress, on standard error."""
    sys.stderr.write(f"{sentence}\n")


if __name__ == "__main__":
    sys.exit(main())
