"""Backs up a Compose stack's Redis and photos while it runs, and restores them (docs/backups.md).

    python -m infra.compose.backup save /var/backups/photo-critic            into a folder, under the time's name
    python -m infra.compose.backup save /var/backups/photo-critic --keep 48  and older ones than the newest 48 go
    python -m infra.compose.backup check ARCHIVE                             says what it is, and whether it is whole
    python -m infra.compose.backup restore ARCHIVE                           onto a stack without photos or albums
    python -m infra.compose.backup restore ARCHIVE --replace                 whatever the stack has
    python -m infra.compose.backup --compose="-p another -f docker-compose.yml" save .

Run it where `docker compose` is run, with the same variables; it needs nothing but that and Python.
"""

import argparse
import shlex
import sys
import tarfile
import time
from pathlib import Path

from infra.compose.backup.archive import ArchiveRefused, Manifest, checked
from infra.compose.backup.restoring import RestoreRefused, restore
from infra.compose.backup.saving import save, thin_out
from infra.compose.backup.stack import Stack
from infra.compose.project import EngineError


def main() -> int:
    """Do what is asked; the exit status."""
    told = _arguments()
    try:
        {"save": _save, "check": _check, "restore": _restore}[told.what](told)
    except (ArchiveRefused, RestoreRefused) as refusal:
        _say(f"refused: {refusal}")
        return 2
    except (EngineError, tarfile.TarError, OSError) as error:
        _say(f"failed: {error}")
        return 1
    return 0


def _save(told: argparse.Namespace) -> None:
    began = time.monotonic()
    path, manifest = save(_stack(told), told.path)
    _say(f"{path}: {_of(manifest)}, {path.stat().st_size / 1e6:.1f} MB in {time.monotonic() - began:.1f} s")
    if told.keep:
        thin_out(path.parent, told.keep)


def _check(told: argparse.Namespace) -> None:
    _say(f"{told.path} is whole: {_of(checked(told.path))}")


def _restore(told: argparse.Namespace) -> None:
    began = time.monotonic()
    restored = restore(_stack(told), told.path, told.replace)
    photos = f"{restored.photos - restored.gone} photos"
    if restored.gone:
        photos += f" (and {restored.gone} that were deleted while it was made, and are again)"
    _say(f"restored what was saved at {restored.manifest.saved_at}: {photos}, in {time.monotonic() - began:.1f} s")


def _of(manifest: Manifest) -> str:
    photos = (
        f"{len(manifest.originals)} photos"
        if manifest.storage.startswith("file:")
        else f"photos stay in {manifest.storage}"
    )
    return f"saved at {manifest.saved_at} from version {manifest.version}, {manifest.keys} keys, {photos}"


def _stack(told: argparse.Namespace) -> Stack:
    return Stack(shlex.split(told.compose))


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def _count(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError("at least the new one is kept")
    return number


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m infra.compose.backup", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--compose", default="", help="options of `docker compose` that name the stack")
    verbs = parser.add_subparsers(dest="what", required=True)
    saving = verbs.add_parser("save", help="write an archive")
    saving.add_argument("path", type=Path, help="a folder, or the archive's name")
    saving.add_argument(
        "--keep", type=_count, metavar="NUMBER", help="afterwards, delete all but the newest of its folder"
    )
    verbs.add_parser("check", help="look at an archive").add_argument("path", type=Path)
    restoring = verbs.add_parser("restore", help="put an archive in the place of what the stack has")
    restoring.add_argument("path", type=Path)
    restoring.add_argument("--replace", action="store_true", help="also where there are photos or albums already")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
