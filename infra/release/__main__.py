"""`make release`: everything that a release publishes, built and listed here. Nothing is pushed.

    python -m infra.release                     of the tag of this commit, as .github/workflows/release.yml does
    python -m infra.release --dry-run           without tag and date, as a rehearsal
    python -m infra.release --images gateway    no other image; with no name: none

Files, their digests and the notes go to dist/release.
"""

import argparse
import shutil
import subprocess
import sys
from collections.abc import Iterator

from infra.release.images import IMAGES, ROOT, build, engine_missing, size_and_digest
from infra.release.listing import Artifact, file_artifacts, render
from infra.release.packages import build_all
from infra.release.versions import disagreements, newest_heading, notes, project_version

OUT = ROOT / "dist/release"


def main(arguments: list[str] | None = None) -> int:
    """Check, build, list; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("--images", nargs="*", choices=[*IMAGES], default=[*IMAGES])
    options = parser.parse_args(arguments)
    if obstacles := [*refusals(options.dry_run)]:
        sys.stderr.write("no release:\n" + "".join(f"- {obstacle}\n" for obstacle in obstacles))
        return 2
    sys.stdout.write(render(release(options.images)) + "\n")
    return 0


def refusals(dry_run: bool) -> Iterator[str]:
    """Why there is no release of this commit; a rehearsal needs neither tag nor date."""
    version = project_version(ROOT)
    yield from (f"{difference}, not {version}" for difference in disagreements(ROOT))
    yield from (f"not committed: {line[3:]}" for line in git("status", "--porcelain").splitlines())
    if not dry_run:
        if newest_heading(ROOT)[1] == "unreleased":
            yield "the changelog has no date"
        if f"v{version}" not in git("tag", "--points-at", "HEAD").split():
            yield f"this commit has no tag v{version}"


def release(images: list[str]) -> list[Artifact]:
    """Build everything; what is to be published."""
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    build_all(ROOT, OUT, project_version(ROOT))
    (OUT / "notes.md").write_text(notes(ROOT), "utf-8")
    artifacts = file_artifacts(OUT)
    (OUT / "SHA256SUMS").write_text("".join(f"{artifact.digest}  {artifact.name}\n" for artifact in artifacts), "utf-8")
    return [*artifacts, *image_artifacts(images)]


def image_artifacts(names: list[str]) -> Iterator[Artifact]:
    """Images of these names; none without a Docker engine."""
    if names and (reason := engine_missing()):
        sys.stderr.write(f"images are not built: {reason}\n")
        return
    for name in names:
        tag = build(IMAGES[name])
        yield Artifact(tag, *size_and_digest(tag))


def git(*arguments: str) -> str:
    """The output of a git command. Raises CalledProcessError."""
    return subprocess.run(["git", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout  # noqa: S603, S607


if __name__ == "__main__":
    sys.exit(main())
