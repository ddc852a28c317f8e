"""Orphans: what a killed process left in storage, and no photo has: half uploads, originals, previews, empty folders.

python -m critic_worker.maintenance.orphans             delete them now
python -m critic_worker.maintenance.orphans --all       also if most photos are unknown to Redis

An orphan is older than CRITIC_ORPHAN_AGE_SECONDS, and an upload is much shorter, so that no file of an upload in
progress is one. A sweep that finds more orphans than photos deletes nothing: Redis may be the wrong one, or empty.
"""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain

import redis

from critic_core.contracts.errors import ServiceUnavailable
from critic_core.contracts.identity import is_photo_id, made_at
from critic_core.runtime.logs import logger
from critic_core.runtime.redis_client import connect
from critic_core.runtime.storage import Storage, StorageEntry, photo_key
from critic_core.stores.jobs import JobStore
from critic_worker import metrics
from critic_worker.maintenance.turns import take_turn
from critic_worker.settings import WorkerSettings

log = logger(__name__)

TASK = "orphans"
PHOTOS, PROBES = "photos", "checks"
"""The folders of `photo_key` and of `Storage.check`."""
MAX_UNKNOWN = 100
"""So many orphans are always deleted; more of them only beside as many photos."""


class OrphansRefused(Exception):
    """More orphans than photos; the message is a sentence."""


@dataclass(frozen=True)
class OrphanSweep:
    """Finds and deletes orphans of one storage. Raises ServiceUnavailable."""

    jobs: JobStore
    storage: Storage
    age_seconds: float
    clock: Callable[[], float] = time.time

    def run(self, even_if_most: bool = False) -> int:
        """Delete all orphans; returns their number. Raises OrphansRefused, unless `even_if_most`."""
        before = self.clock() - self.age_seconds
        known, orphans = 0, self._stale_probes(before)
        for found in self.storage.entries(PHOTOS):
            entries = [entry for entry in found if is_photo_id(_photo_id(entry))]
            photos = self.jobs.existing(sorted(set(map(_photo_id, entries))))
            known += len(photos)
            orphans += _orphans(entries, photos, before)
        if len(orphans) > max(known, MAX_UNKNOWN) and not even_if_most:
            raise OrphansRefused(f"{len(orphans)} files have no photo in Redis, and only {known} photos have files.")
        for key in orphans:
            self._delete(key)
        return len(orphans) + self._abort_uploads(before)

    def _stale_probes(self, before: float) -> list[str]:
        probes = chain.from_iterable(self.storage.entries(PROBES))
        return [probe.key for probe in probes if not probe.is_folder and probe.changed_at < before]

    def _abort_uploads(self, before: float) -> int:
        aborted = self.storage.abort_uploads(PHOTOS, before)
        metrics.ORPHANS.inc(aborted)
        return aborted

    def _delete(self, key: str) -> None:
        self.storage.delete(key)
        metrics.ORPHANS.inc()
        log.warning("orphan_deleted", key=key)


def sweep_when_due(client: "redis.Redis", sweep: OrphanSweep, seconds: float) -> None:
    """Sweep, if no worker has for so many seconds; 0: never. Raises ServiceUnavailable."""
    if not seconds or not take_turn(client, TASK, seconds):
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


def main(arguments: list[str] | None = None) -> int:
    """0 when done, 1 when refused, 2 when Redis or storage is down."""
    options, settings = _parser().parse_args(arguments), WorkerSettings()
    jobs = JobStore(connect(settings.redis_url))
    try:
        sweep = OrphanSweep(jobs, Storage(settings.storage_url), settings.orphan_age_seconds)
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
