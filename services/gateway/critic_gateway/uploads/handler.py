"""One upload from its first byte to the receipts, whatever route it came in by."""

import asyncio
from dataclasses import dataclass

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from critic_core.contracts.errors import InvalidRequest, UploadTimeout
from critic_core.contracts.photo import PhotoReceipt
from critic_gateway.auth.api_keys import ApiKey
from critic_gateway.dependencies import Parts
from critic_gateway.limits.idempotency import Earlier, body_digest, same_body
from critic_gateway.notifications.long_poll import finished
from critic_gateway.uploads import enqueue
from critic_gateway.uploads.enqueue import Terms
from critic_gateway.uploads.multipart import upload_events
from critic_gateway.uploads.receive import IntakeLimits, RefusedFile, TakenFile, forget, take_in


@dataclass(frozen=True)
class Sender:
    """Who sends, and the Idempotency-Key of the request where it has one."""

    caller: ApiKey
    idempotency_key: str | None


async def receive(request: Request, parts: Parts, sender: Sender, terms: Terms, wait: float) -> list[PhotoReceipt]:
    """Take an upload in, and wait that many seconds for its answers."""
    if sender.idempotency_key is None:
        receipts = await _take_and_accept(request, parts, sender.caller, terms)
    else:
        receipts = await _once(request, parts, sender.caller, sender.idempotency_key, terms)
    return await _waited(receipts, parts, wait)


async def _take(request: Request, parts: Parts) -> list[TakenFile]:
    settings = parts.settings
    limits = IntakeLimits(settings.max_photo_bytes, settings.max_request_bytes, settings.max_photos_per_request)
    events = upload_events(request.headers.get("content-type", ""), request.stream())
    try:
        async with asyncio.timeout(settings.upload_timeout_seconds):
            taken = await take_in(events, parts.storage, limits)
    except TimeoutError:
        raise UploadTimeout from None
    if not taken:
        raise InvalidRequest("The upload has no file: send multipart with a file, or the image as the body.")
    return taken


async def _take_and_accept(request: Request, parts: Parts, caller: ApiKey, terms: Terms) -> list[PhotoReceipt]:
    await run_in_threadpool(parts.quota.ensure_left, caller)
    return await _accept(await _take(request, parts), parts, caller, terms)


async def _accept(taken: list[TakenFile], parts: Parts, caller: ApiKey, terms: Terms) -> list[PhotoReceipt]:
    receipts = await run_in_threadpool(enqueue.accept, taken, parts, caller, terms)
    parts.admission.admitted(sum(receipt.photo is not None for receipt in receipts))
    return receipts


async def _once(request: Request, parts: Parts, caller: ApiKey, key: str, terms: Terms) -> list[PhotoReceipt]:
    """The same as `_take_and_accept`, but only the first time that this caller sends this key."""
    earlier = await run_in_threadpool(parts.keys.begin, caller.name, key)
    if earlier is not None:
        return await _again(request, parts, earlier, terms)
    try:
        async with parts.keys.held(caller.name, key):
            await run_in_threadpool(parts.quota.ensure_left, caller)
            taken = await _take(request, parts)
            receipts = await _accept(taken, parts, caller, terms)
        ids = tuple(receipt.photo.id for receipt in receipts if receipt.photo is not None)
        await run_in_threadpool(parts.keys.keep, caller.name, key, Earlier(body_digest(taken, terms.told), ids))
    except BaseException:
        await run_in_threadpool(parts.keys.give_back, caller.name, key)
        raise
    return receipts


async def _again(request: Request, parts: Parts, earlier: Earlier, terms: Terms) -> list[PhotoReceipt]:
    """The answer to a repeated upload: its bytes are compared with the first one's, and dropped."""
    taken = await _take(request, parts)
    await forget(taken, parts.storage)
    same_body(earlier, taken, terms.told)
    ids = iter(earlier.photo_ids)
    return [
        enqueue.refused(file)
        if isinstance(file, RefusedFile)
        else PhotoReceipt(file_name=file.file_name, photo=await run_in_threadpool(parts.store.get, next(ids)))
        for file in taken
    ]


async def _waited(receipts: list[PhotoReceipt], parts: Parts, wait: float) -> list[PhotoReceipt]:
    ids = [receipt.photo.id for receipt in receipts if receipt.photo is not None]
    if not wait or not ids:
        return receipts
    photos = {photo.id: photo for photo in await finished(ids, wait, parts.store, parts.bell)}
    return [
        receipt.model_copy(update={"photo": photos.get(receipt.photo.id, receipt.photo)}) if receipt.photo else receipt
        for receipt in receipts
    ]
