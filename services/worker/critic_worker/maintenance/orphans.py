"""Orphans: what a killed process left in storage, and no photo or batch has: half uploads, originals, previews, empty
folders, manifests and results; and presigned uploads that nobody used for a day.

python -m critic_worker.maintenance.orphans             delete them now
python -m critic_worker.maintenance.orphans --all       also if most photos are unknown to Redis

An orphan is older than CRITIC_ORPHAN_AGE_SECONDS, and an upload is much shorter, so that no file of an upload in
progress is one. A sweep that finds more orphans than other files deletes nothing: Redis may be the wrong one, or empty.
"""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain

import redis

from critic_core.contracts.errors import ServiceUnavailable
from critic_core.contracts.identity import is_id, made_at
from critic_core.runtime.logs import logger
from critic_core.runtime.redis_client import connect
from critic_core.runtime.storage import FOLDERS, Storage, StorageEntry, photo_key
from critic_core.stores.batches import BatchStore
from critic_core.stores.jobs import JobStore
from critic_worker import metrics
from critic_worker.maintenance.single_run import claim_run
from critic_worker.settings import WorkerSettings

log = logger(__name__)

TASK = "orphans"
PHOTOS, BATCHES, UPLOADS, PROBES = FOLDERS
UPLOAD_SECONDS = 24 * 3600.0
"""As in infra/bucket/lifecycle.json."""
MAX_UNKNOWN = 100
"""So many orphans are always deleted; more of them only beside as many photos and files of batches."""


class OrphansRefused(Exception):
    """More orphans than known files; the message is a sentence."""


@dataclass(frozen=True)
class OrphanSweep:
    """Finds and deletes orphans of one storage. Raises ServiceUnavailable."""

    jobs: JobStore
    batches: BatchStore
    storage: Storage
    age_seconds: float
    clock: Callable[[], float] = time.time

    def run(self, even_if_most: bool = False) -> int:
        """Delete all orphans; returns their number. Raises OrphansRefused, unless `even_if_most`."""
        before = self.clock() - self.age_seconds
        photos, lost_photos = self._photo_files(before)
        batch_files, lost_batch_files = self._batch_files(before)
        known = photos + batch_files
        orphans = self._files_before(PROBES, before) + lost_photos + lost_batch_files
        if len(orphans) > max(known, MAX_UNKNOWN) and not even_if_most:
            raise OrphansRefused(f"{len(orphans)} files have no photo or batch in Redis, and only {known} have one.")
        orphans += self._files_before(UPLOADS, min(before, self.clock() - UPLOAD_SECONDS))
        for key in orphans:
            self._delete(key)
        return len(orphans) + self._abort_uploads(before)

    def _photo_files(self, before: float) -> tuple[int, list[str]]:
        """The number of photos with files, and the old files without a photo."""
        known, orphans = 0, list[str]()
        for found in self.storage.entries(PHOTOS):
            entries = [entry for entry in found if is_id(_photo_id(entry))]
            photos = self.jobs.existing(sorted(set(map(_photo_id, entries))))
            known += len(photos)
            orphans += _orphans(entries, photos, before)
        return known, orphans

    def _batch_files(self, before: float) -> tuple[int, list[str]]:
        """The number of files of batches, and the old files without one; a folder's last file is its manifest."""
        known, orphans = 0, list[str]()
        for found in self.storage.entries(BATCHES):
            files = [entry for entry in found if not entry.is_folder and is_id(_batch_id(entry))]
            batches = self.batches.existing(sorted(set(map(_batch_id, files))))
            known += sum(_batch_id(file) in batches for file in files)
            orphans += [
                file.key
                for file in files
                if _batch_id(file) not in batches and max(file.changed_at, made_at(_batch_id(file))) < before
            ]
        return known, sorted(orphans, reverse=True)

    def _files_before(self, folder: str, before: float) -> list[str]:
        entries = chain.from_iterable(self.storage.entries(folder))
        return [entry.key for entry in entries if not entry.is_folder and entry.changed_at < before]

    def _abort_uploads(self, before: float) -> int:
        aborted = sum(self.storage.abort_uploads(folder, before) for folder in (PHOTOS, BATCHES))
        metrics.ORPHANS.inc(aborted)
        return aborted

    def _delete(self, key: str) -> None:
        self.storage.delete(key)
        metrics.ORPHANS.inc()
        log.warning("orphan_deleted", key=key)


def sweep_when_due(client: "redis.Redis", sweep: OrphanSweep, seconds: float) -> None:
    """Sweep, if no worker has for so many seconds; 0: never. Raises ServiceUnavailable."""
    if not seconds or not claim_run(client, TASK, seconds):
        return
    try:
        sweep.run()
    except OrphansRefused as error:
        log.error("orphans_refused", error=str(error))  # noqa: TRY400 - no bug: a traceback says nothing


def _orphans(entries: list[StorageEntry], photos: set[str], before: float) -> list[str]:
    """Keys of half uploads, of files without a photo, and of the file that an empty folder of a photo lacks."""
    old = [entry for entry in entries if max(entry.changed_at, made_at(_photo_id(entry))) < before]
    used = {entry.key.rpartition("/")[0] for entry in entries}
    files = [
        entry.key
        for entry in old
        if not entry.is_folder and (entry.key.endswith(".part") or _photo_id(entry) not in photos)
    ]
    return files + [photo_key(_photo_id(entry)) for entry in old if entry.is_folder and entry.key not in used]


def _photo_id(entry: StorageEntry) -> str:
    """The third part of the key; empty when there is none."""
    return [*entry.key.split("/"), "", ""][2]


def _batch_id(entry: StorageEntry) -> str:
    return entry.key.split("/")[1]


def main(arguments: list[str] | None = None) -> int:
    """0 when done, 1 when refused, 2 when Redis or storage is down."""
    options, settings = _parser().parse_args(arguments), WorkerSettings()
    client = connect(settings.redis_url)
    try:
        sweep = OrphanSweep(
            JobStore(client), BatchStore(client), Storage(settings.storage_url), settings.orphan_age_seconds
        )
        deleted = sweep.run(even_if_most=options.all)
    except (OrphansRefused, ServiceUnavailable) as error:
        sys.stderr.write(f"{error}\n")
        return 1 if isinstance(error, OrphansRefused) else 2
    print(f"{deleted} orphans deleted.")  # noqa: T201 - a command prints
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m critic_worker.maintenance.orphans",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--all", action="store_true", help="also if most photos are unknown to Redis")
    return parser


if __name__ == "__main__":
    sys.exit(main())
