"""The stores of a gateway: one connection to Redis, and the photo storage."""

from dataclasses import dataclass

import redis

from critic_core.runtime.storage import Storage
from critic_core.stores.album_results import AlbumResultStore
from critic_core.stores.albums import AlbumStore
from critic_core.stores.batches import BatchStore
from critic_core.stores.deliveries import DeliveryStore
from critic_core.stores.group_corrections import GroupCorrectionStore
from critic_core.stores.insights import InsightStore
from critic_core.stores.jobs import JobStore
from critic_core.stores.owners import OwnerStore
from critic_core.stores.photo_queue import PhotoQueue
from critic_core.stores.same_bytes import SameBytesStore
from critic_core.stores.shares import ShareStore
from critic_core.stores.tastes import TasteStore
from critic_core.stores.worker_status import WorkerStatusStore


@dataclass(frozen=True)
class Stores:
    """A store for each subject."""

    jobs: JobStore
    albums: AlbumStore
    album_results: AlbumResultStore
    owners: OwnerStore
    deliveries: DeliveryStore
    shares: ShareStore
    group_corrections: GroupCorrectionStore
    insights: InsightStore
    tastes: TasteStore
    batches: BatchStore
    same_bytes: SameBytesStore
    worker_status: WorkerStatusStore
    queue: PhotoQueue
    storage: Storage


def make_stores(client: "redis.Redis", storage_url: str) -> Stores:
    """The stores of that Redis and storage; either may still be down."""
    return Stores(
        jobs=JobStore(client),
        albums=AlbumStore(client),
        album_results=AlbumResultStore(client),
        owners=OwnerStore(client),
        deliveries=DeliveryStore(client),
        shares=ShareStore(client),
        group_corrections=GroupCorrectionStore(client),
        insights=InsightStore(client),
        tastes=TasteStore(client),
        batches=BatchStore(client),
        same_bytes=SameBytesStore(client),
        worker_status=WorkerStatusStore(client),
        queue=PhotoQueue(client),
        storage=Storage(storage_url),
    )
