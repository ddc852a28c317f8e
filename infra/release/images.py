"""The images of a release: targets of the Dockerfile, with labels of the Open Container Initiative.

    python -m infra.release.images --list                                     their names, as JSON
    python -m infra.release.images inference-cuda --registry ghcr.io/name     builds and pushes, with SBOM, provenance

Stands on Docker and the standard library.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from infra.release.versions import project_version

ROOT = Path(__file__).parents[2]
DOCKERFILE = "infra/docker/Dockerfile"
SOURCE = "https://github.com/photo-critic/photo-critic"
LOCAL = "photo-critic"
PUSH = ("--push", "--provenance=mode=max", "--sbom=true")


class Image(NamedTuple):
    """One image: a target of the Dockerfile, its arguments, and what follows the version in its tag."""

    target: str
    arguments: tuple[str, ...] = ()
    suffix: str = ""

    def tag(self, version: str, registry: str = LOCAL) -> str:
        """`photo-critic/inference:0.3.0-cuda`."""
        return f"{registry}/{self.target}:{version}{self.suffix}"


IMAGES = {
    f"{image.target}{image.suffix}": image
    for image in (
        *(Image(target) for target in ("redis", "haproxy", "gateway", "worker", "inference", "models", "training")),
        Image("inference", ("OPENVINO=yes",), "-openvino"),
        Image("inference", ("DEVICE=cuda",), "-cuda"),
    )
}


def main(arguments: list[str] | None = None) -> None:
    """Build one image, or list all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("image", nargs="?", choices=[*IMAGES])
    parser.add_argument("--registry", help="push to it; default: none")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args(arguments)
    if options.list:
        sys.stdout.write(json.dumps([*IMAGES]) + "\n")
    elif options.image:
        build(IMAGES[options.image], options.registry)


def build(image: Image, registry: str | None = None) -> str:
    """Build an image of this commit, and push it to the registry; its tag. Raises CalledProcessError."""
    tag = image.tag(project_version(ROOT), registry or LOCAL)
    options = PUSH if registry else ()
    subprocess.run(build_command(image, tag, labels(), options), cwd=ROOT, check=True)  # noqa: S603 - no shell
    return tag


def build_command(image: Image, tag: str, labels: Mapping[str, str], options: tuple[str, ...] = ()) -> list[str]:
    """The `docker build` of one image."""
    arguments = [f"--build-arg={argument}" for argument in image.arguments]
    arguments += [f"--label={name}={value}" for name, value in labels.items()]
    return [
        "docker",
        "build",
        f"--file={DOCKERFILE}",
        f"--target={image.target}",
        f"--tag={tag}",
        *arguments,
        *options,
        ".",
    ]


def labels() -> dict[str, str]:
    """Labels of every image: version, commit and its time."""
    revision, created = _output("git", "show", "--no-patch", "--format=%H %cI", "HEAD").split()
    names = {
        "title": "Photo Critic",
        "version": project_version(ROOT),
        "revision": revision,
        "created": created,
        "source": SOURCE,
        "licenses": "Apache-2.0",
    }
    return {f"org.opencontainers.image.{name}": value for name, value in names.items()}


def engine_missing() -> str:
    """Why no image can be built here; empty where a Docker engine is."""
    try:
        done = subprocess.run(["docker", "info"], capture_output=True, text=True, check=False)  # noqa: S607 - from PATH
    except OSError as error:
        return str(error)
    return done.stderr.strip() if done.returncode else ""


def size_and_digest(tag: str) -> tuple[int, str]:
    """Bytes and digest of a built image. Raises CalledProcessError."""
    size, digest = _output("docker", "image", "inspect", "--format", "{{.Size}} {{.Id}}", tag).split()
    return int(size), digest.removeprefix("sha256:")


def _output(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout  # noqa: S603


if __name__ == "__main__":
    main()
