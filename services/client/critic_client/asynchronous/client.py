"""The client's calls about photos and models."""

import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, overload
from uuid import uuid4

import httpx

from critic_client.asynchronous.albums import AsyncAlbums
from critic_client.asynchronous.batches import AsyncBatches
from critic_client.asynchronous.retrying_http import AsyncRetryingHttp
from critic_client.asynchronous.taste import AsyncTasteCalls
from critic_client.errors import CritiquePending, error_of
from critic_client.photo_files import OnProgress, open_photos, upload_name
from critic_client.requests import LONGEST_WAIT_SECONDS, page_parameters, parse, parse_models
from critic_core.contracts.account import PhotoEntry, PhotosPage
from critic_core.contracts.chosen_fields import PhotoEntryFields, PhotoFields, PhotosPageFields
from critic_core.contracts.manifest import Manifest
from critic_core.contracts.photo import Photo
from critic_core.contracts.photo_source import PhotoSource, PresignedUpload
from critic_core.contracts.webhook import ReceiverSecrets


class AsyncClient:
    """A client of one server. `timeout_seconds`: limit of a call, retries included."""

    def __init__(self, url: str, api_key: str | None = None, timeout_seconds: float = 300.0) -> None:
        self._http = AsyncRetryingHttp(url, api_key, timeout_seconds)
        self.albums = AsyncAlbums(self._http)
        self.batches = AsyncBatches(self._http)
        self.taste = AsyncTasteCalls(self._http)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.client.aclose()

    async def score(
        self,
        photo: Path | bytes,
        file_name: str | None = None,
        model: str | None = None,
        on_progress: OnProgress | None = None,
    ) -> Photo:
        """Upload a photo and wait for its critique, by `model` or the server's default model.

        Raises the photo's problem for a photo that failed, CritiquePending after the timeout.
        """
        deadline = time.monotonic() + self._http.timeout_seconds
        result = await self.upload(photo, file_name, LONGEST_WAIT_SECONDS, model, on_progress)
        while not result.state.final:
            if time.monotonic() > deadline:
                raise CritiquePending(
                    f"No critique within {self._http.timeout_seconds:.0f} s; the photo {result.id} is still queued."
                )
            result = await self.photo(result.id, wait=LONGEST_WAIT_SECONDS)
        if result.problem is not None:
            raise error_of(result.problem)
        return result

    async def upload(  # noqa: PLR0913, PLR0917 - parameters of the API
        self,
        photo: Path | bytes,
        file_name: str | None = None,
        wait: float = 0,
        model: str | None = None,
        on_progress: OnProgress | None = None,
        callback_url: str | None = None,
        reference: str | None = None,
    ) -> Photo:
        """Upload one photo and wait up to `wait` seconds (at most 30) for its critique.

        `reference` is the caller's own name of the photo: `photos(reference=…)` finds it.
        """
        key = {"Idempotency-Key": str(uuid4())}  # a retry never makes a second photo
        optional = {"model": model, "callback_url": callback_url, "reference": reference}
        params = {"wait": wait} | {name: value for name, value in optional.items() if value}

        async def send() -> httpx.Response:
            with open_photos([photo], [file_name or upload_name(photo)], on_progress) as files:
                return await self._http.client.post("/v1/photos", params=params, files=files, headers=key)

        return parse(Photo, await self._http.retry(send))

    async def send(
        self, source: PhotoSource, wait: float = 0, model: str | None = None, reference: str | None = None
    ) -> Photo:
        """Send a photo that the server reads itself, by URL or key; otherwise as `upload`."""
        key, optional = {"Idempotency-Key": str(uuid4())}, {"model": model, "reference": reference}
        params = {"wait": wait} | {name: value for name, value in optional.items() if value}
        body = source.model_dump(exclude_none=True)
        response = await self._http.request("POST", "/v1/photos", params=params, json=body, headers=key)
        return parse(Photo, response)

    async def presigned_upload(self, size_bytes: int) -> PresignedUpload:
        """Where to put a file of so many bytes, on servers with a bucket: `send` its key afterwards."""
        response = await self._http.request("POST", "/v1/uploads", json={"size_bytes": size_bytes})
        return parse(PresignedUpload, response)

    @overload
    async def photo(self, photo_id: str, wait: float = 0) -> Photo: ...

    @overload
    async def photo(self, photo_id: str, wait: float = 0, *, fields: Sequence[str]) -> PhotoFields: ...

    async def photo(self, photo_id: str, wait: float = 0, *, fields: Sequence[str] = ()) -> Photo | PhotoFields:
        """The photo with its state, and its critique within `wait` seconds (at most 30).

        `fields`: the chosen ones alone, such as `critique.score`.
        """
        params = {"wait": wait, **({"fields": ",".join(fields)} if fields else {})}
        response = await self._http.request("GET", f"/v1/photos/{photo_id}", params=params)
        return parse(PhotoFields, response) if fields else parse(Photo, response)

    @overload
    def photos(self, *, fields: None = None, **filters: str) -> AsyncIterator[PhotoEntry]: ...

    @overload
    def photos(self, *, fields: Sequence[str], **filters: str) -> AsyncIterator[PhotoEntryFields]: ...

    async def photos(
        self, *, fields: Sequence[str] | None = None, **filters: str
    ) -> AsyncIterator[PhotoEntry | PhotoEntryFields]:
        """The caller's photos, newest first. `filters`: `state`, `album`, `name`, `reference`, `created_since`, …

        `fields`: the chosen ones alone, such as `summary.score`.
        """
        chosen = {"fields": ",".join(fields)} if fields else {}
        cursor, more = None, True
        while more:
            params = {**filters, **chosen, **page_parameters(cursor)}
            response = await self._http.request("GET", "/v1/photos", params=params)
            page = parse(PhotosPageFields, response) if fields else parse(PhotosPage, response)
            for photo in page.photos:
                yield photo
            cursor, more = page.next_cursor, page.next_cursor is not None

    async def preview(self, photo_id: str) -> bytes:
        """A small JPEG of the photo; waits until it is made."""
        return (await self._http.request("GET", f"/v1/photos/{photo_id}/preview")).content

    async def original(self, photo_id: str) -> bytes:
        """The uploaded bytes."""
        return (await self._http.request("GET", f"/v1/photos/{photo_id}/original")).content

    async def delete(self, photo_id: str) -> None:
        """Delete a photo with its critique."""
        await self._http.request("DELETE", f"/v1/photos/{photo_id}")

    async def models(self) -> list[Manifest]:
        """The manifests of the served models."""
        return parse_models(await self._http.request("GET", "/v1/models"))

    async def receiver_secrets(self, callback_url: str) -> tuple[str, ...]:
        """The secrets with which a receiver verifies webhooks: for `verify_webhook`."""
        params = {"callback_url": callback_url}
        response = await self._http.request("GET", "/v1/webhooks/secrets", params=params)
        return parse(ReceiverSecrets, response).secrets

    async def check_server(self) -> None:
        """Raise NoServer when no server answers, NotPhotoCritic for another program. No retries."""
        await self._http.check_server()
