"""A sender without a process: its functions on a real queue server, with names and a queue that the test controls."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import redis
from tests.support.critiques import make_critique, make_photo

from critic_core.contracts.album import Album, Counts
from critic_core.contracts.identity import new_id
from critic_core.contracts.photo import Photo, PhotoState
from critic_core.contracts.webhook import Delivery
from critic_core.runtime.outbound.addresses import Address
from critic_core.stores.albums import AlbumStore
from critic_core.stores.batches import BatchStore
from critic_core.stores.deliveries import DUE, DeliveryLease, DeliveryStore
from critic_core.stores.jobs import JobStore
from critic_worker.webhooks.attempt_limiter import AttemptLimiter
from critic_worker.webhooks.context import SenderContext
from critic_worker.webhooks.delivery import deliver
from critic_worker.webhooks.events import SubjectStores
from critic_worker.webhooks.resolver import with_deadline
from critic_worker.webhooks.scheduler import schedule
from critic_worker.webhooks.settings import SenderSettings

SECRET = "whsec_" + "bnhu" * 11
ALLOWED = "127.0.0.2"
"""The one loopback address that callbacks may use."""


class SenderStack:
    """`names` are the answers of a DNS server, one for each lookup."""

    def __init__(self, client: "redis.Redis", *names: str, **settings: object) -> None:
        self.client, self.jobs, self.albums = client, JobStore(client), AlbumStore(client)
        self.deliveries, self.tickets = DeliveryStore(client), list[DeliveryLease]()
        self.resolved: list[str] = []
        self._names = list(names)
        self.queued = 0
        fields = {"webhook_secrets": SECRET, "webhook_allow_private": f"{ALLOWED}/32", "webhook_concurrency": 1}
        self.context = SenderContext(
            settings=SenderSettings.model_validate({**fields, "webhook_first_delay_seconds": 0.001, **settings}),
            stores=SubjectStores(self.jobs, self.albums, BatchStore(client)),
            deliveries=self.deliveries,
            attempt_limiter=AttemptLimiter(1),
            resolve=with_deadline(self._resolve, ThreadPoolExecutor(1)),
            dispatch=self.tickets.append,
            dispatched=lambda: self.queued,
        )

    def photo(self, callback_url: str | None, **fields: object) -> str:
        photo: Photo = make_photo(PhotoState.queued).model_copy(update={"callback_url": callback_url, **fields})
        self.jobs.create(photo)
        return photo.id

    def finished(self, callback_url: str | None) -> str:
        photo_id = self.photo(callback_url)
        self.jobs.finish(photo_id, make_critique())
        return photo_id

    def album(self, callback_url: str, photos: int) -> tuple[str, list[str]]:
        """An album of queued photos; its id and theirs."""
        now = datetime.now(UTC)
        counts = Counts(photos=0, pending=0, done=0, failed=0)
        album = Album(
            id=new_id(), callback_url=callback_url, created_at=now, expires_at=now + timedelta(hours=1),
            counts=counts,
        )  # fmt: skip
        self.albums.create(album)
        made = [
            make_photo(PhotoState.queued).model_copy(update={"album": album.id, "sha256": str(n)})
            for n in range(photos)
        ]
        return album.id, [self.albums.add(photo, photos) for photo in made]

    def attempt(self) -> None:
        """Make everything planned due, and one attempt."""
        for member in self.client.zrange(DUE, 0, -1):
            self.client.zadd(DUE, {member: 0})
        schedule(self.context)
        deliver(self.tickets.pop(), self.context)

    def delivery(self, photo_id: str) -> Delivery:
        (delivery,) = self.deliveries.of(f"photo:{photo_id}")
        return delivery

    def _resolve(self, host: str, _: int) -> list[Address]:
        self.resolved.append(host)
        return [ip_address(self._names.pop(0))]


MakeSender = Callable[..., SenderStack]
