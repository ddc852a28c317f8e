"""The client's calls about batches: many photos by a manifest."""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from uuid import uuid4

from anyio import sleep

from critic_client.asynchronous.retrying_http import AsyncRetryingHttp
from critic_client.requests import page_parameters, parse
from critic_core.contracts.batch import JSON_LINES, Batch, BatchesPage, BatchLine, BatchResult

_PATH = "/v1/batches"
POLL_SECONDS = 2.0


class AsyncBatches:
    """The calls about batches."""

    def __init__(self, http: AsyncRetryingHttp) -> None:
        self._http = http

    async def create(
        self, lines: Iterable[BatchLine], model: str | None = None, callback_url: str | None = None
    ) -> Batch:
        """Send a manifest; the server queues its photos little by little, and calls back at the end."""
        body = "".join(line.model_dump_json(exclude_none=True) + "\n" for line in lines).encode()
        headers = {"Content-Type": JSON_LINES, "Idempotency-Key": str(uuid4())}  # a retry never makes a second batch
        optional = {"model": model, "callback_url": callback_url}
        params = {name: value for name, value in optional.items() if value}
        return parse(Batch, await self._http.request("POST", _PATH, content=body, params=params, headers=headers))

    async def get(self, batch_id: str) -> Batch:
        """State and progress."""
        return parse(Batch, await self._http.request("GET", f"{_PATH}/{batch_id}"))

    async def list(self) -> AsyncIterator[Batch]:
        """The caller's batches, newest first."""
        cursor, more = None, True
        while more:
            response = await self._http.request("GET", _PATH, params=page_parameters(cursor))
            page = parse(BatchesPage, response)
            for batch in page.batches:
                yield batch
            cursor, more = page.next_cursor, page.next_cursor is not None

    async def wait(self, batch_id: str, timeout_seconds: float) -> Batch:
        """The batch once its last result is written; as it is, after the timeout."""
        deadline = time.monotonic() + timeout_seconds
        batch = await self.get(batch_id)
        while batch.finished_at is None and time.monotonic() < deadline:
            await sleep(min(POLL_SECONDS, max(0.0, deadline - time.monotonic())))
            batch = await self.get(batch_id)
        return batch

    async def results(self, batch_id: str) -> AsyncGenerator[BatchResult]:
        """The results written so far, in the order of the manifest."""
        async with self._http.stream(f"{_PATH}/{batch_id}/results") as response:
            rest = b""
            async for chunk in response.aiter_bytes():  # httpx's lines end at U+2028 too, which JSON leaves as it is
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    yield BatchResult.read(line)
            if rest:
                yield BatchResult.read(rest)

    async def cancel(self, batch_id: str) -> Batch:
        """Queue no further photo."""
        return parse(Batch, await self._http.request("POST", f"{_PATH}/{batch_id}/cancel"))

    async def delete(self, batch_id: str) -> None:
        """Delete manifest, results and photos in the queue."""
        await self._http.request("DELETE", f"{_PATH}/{batch_id}")
