"""`photo-critic ops`: backup, restore and rolling updates of a Compose deployment."""

import shlex
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from critic_cli.ops import rolling_update
from critic_cli.ops.backup.archive import BackupManifest, InvalidArchive, verify
from critic_cli.ops.backup.compose_stack import Stack
from critic_cli.ops.backup.restore import RestoreRefused, restore_backup
from critic_cli.ops.backup.save import delete_old, save_backup
from critic_cli.ops.compose_project import ComposeProject, EngineError

ops = typer.Typer(
    no_args_is_help=True,
    help="Back up, restore and update a Compose deployment. Run it where `docker compose` runs, with its variables.",
)
ComposeOption = Annotated[
    str, typer.Option("--compose", help='Options of `docker compose` that select the stack, such as "-p another".')
]
Archive = Annotated[Path, typer.Argument(help="Archive of `photo-critic ops backup`.")]


@ops.command()
def backup(
    path: Annotated[Path, typer.Argument(help="Folder, or the name of the archive.")],
    keep: Annotated[int | None, typer.Option(min=1, help="Then delete all but the newest archives of it.")] = None,
    compose: ComposeOption = "",
) -> None:
    """Save Redis and photos of the running stack to an archive."""
    started = time.monotonic()
    with _exit_codes():
        archive, manifest = save_backup(Stack(shlex.split(compose)), path)
        seconds = time.monotonic() - started
        print(f"{archive}: {_summary(manifest)}, {archive.stat().st_size / 1e6:.1f} MB in {seconds:.1f} s")
        if keep:
            delete_old(archive.parent, keep)


@ops.command()
def check_backup(archive: Archive) -> None:
    """Verify that an archive is complete and undamaged."""
    with _exit_codes():
        print(f"{archive} is whole: {_summary(verify(archive))}")


@ops.command()
def restore(
    archive: Archive,
    replace: Annotated[bool, typer.Option("--replace", help="Even if the stack has data of its own.")] = False,
    compose: ComposeOption = "",
) -> None:
    """Replace the data of a stack by that of an archive."""
    started = time.monotonic()
    with _exit_codes():
        restored = restore_backup(Stack(shlex.split(compose)), archive, replace)
        photos = f"{restored.photos - restored.deleted} photos"
        if restored.deleted:
            photos += f" ({restored.deleted} that were deleted during the backup are deleted again)"
        print(f"restored the backup of {restored.manifest.saved_at}: {photos}, in {time.monotonic() - started:.1f} s")


@ops.command()
def roll(
    services: Annotated[list[str], typer.Argument(help="Services, updated in this order.")],
    wait: Annotated[float, typer.Option(help="Time for new containers to become healthy, seconds.")] = 120,
) -> None:
    """Replace containers without downtime, after a build, an upgrade or a changed setting.

    As many new containers as old ones start beside them. When they are healthy and HAProxy sends them requests, the old
    ones drain and stop. If they do not become healthy, they are removed and the old ones stay.
    """
    for service in services:
        if service in rolling_update.SINGLE:
            raise typer.BadParameter(f"{service} cannot be rolled: {rolling_update.SINGLE[service]}")
    project = ComposeProject()
    try:
        replaced = all(rolling_update.roll(project, service, wait) for service in services)
    except EngineError as error:
        print(f"failed: {error}", file=sys.stderr)
        replaced = False
    if not replaced:
        raise typer.Exit(1)


def _summary(manifest: BackupManifest) -> str:
    photos = (
        f"{len(manifest.originals)} photos"
        if manifest.storage.startswith("file:")
        else f"photos stay in {manifest.storage}"
    )
    return f"saved at {manifest.saved_at} from version {manifest.version}, {manifest.keys} keys, {photos}"


@contextmanager
def _exit_codes() -> Iterator[None]:
    """Exit with 2 when the archive or the stack rules the command out, with 1 when it failed."""
    try:
        yield
    except (InvalidArchive, RestoreRefused) as error:
        print(f"refused: {error}")
        raise typer.Exit(2) from error
    except (EngineError, tarfile.TarError, OSError) as error:
        print(f"failed: {error}")
        raise typer.Exit(1) from error
