"""One attempt to deliver a webhook: lease, resolve, send, store the outcome."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime

from critic_core.contracts.errors import InvalidCallbackUrl
from critic_core.contracts.webhook import STORED_ATTEMPTS, Attempt, Delivery, DeliveryState, Outcome, WebhookBody
from critic_core.runtime.logs import logger
from critic_core.runtime.outbound.public_url import UnsafeUrl, check_addresses
from critic_core.runtime.webhooks.callback import parse_callback
from critic_core.runtime.webhooks.receiver_secrets import receiver_keys
from critic_core.stores.deliveries import DeliveryLease
from critic_worker.webhooks import metrics
from critic_worker.webhooks.backoff import delay_seconds
from critic_worker.webhooks.context import SenderContext
from critic_worker.webhooks.deadline import Deadline
from critic_worker.webhooks.events import WebhookEvent, event_of
from critic_worker.webhooks.http_post import Response, Unreachable, post
from critic_worker.webhooks.settings import SenderSettings
from critic_worker.webhooks.signature import signatures

log = logger(__name__)

BUSY_SECONDS = 2.0  # delay of a delivery whose receiver has no free slot
_PERMANENT_STATUS = 410  # every other error may pass
_REDIRECTS = range(300, 400)


def deliver(lease: DeliveryLease, context: SenderContext) -> None:
    """Make one attempt. Raises QueueUnavailable; the delivery is then due again when its lease expires."""
    event = event_of(lease.subject, context.stores)
    with context.attempt_limiter.slot(_host(event), event.owner if event else "") as free:
        if not free:
            context.deliveries.update(lease, None, time.time() + BUSY_SECONDS)
        elif begun := context.deliveries.begin(lease, context.settings.webhook_lease_seconds):
            _attempt(*begun, event, context)


def _host(event: WebhookEvent | None) -> str:
    return event.callback_url.split("/")[2].lower() if event else ""


def _attempt(lease: DeliveryLease, delivery: Delivery, event: WebhookEvent | None, context: SenderContext) -> None:
    if event is None or event.type != delivery.type:  # the subject was deleted, or retried with another result
        context.deliveries.update(lease, _end(delivery, DeliveryState.failed), None)
        return
    start, host = time.time(), _host(event)
    try:
        with metrics.IN_PROGRESS.track_inprogress():
            response = _send(delivery, event, context)
    except (InvalidCallbackUrl, UnsafeUrl, Unreachable, OSError) as error:
        response = None
        log.info("webhook_unreachable", webhook_id=delivery.id, host=host, error=str(error))
    context.attempt_limiter.record(host, responded=response is not None)
    attempts = (*delivery.attempts, _outcome(start, response))[-STORED_ATTEMPTS:]
    _store(lease, delivery.model_copy(update={"attempts": attempts}), response, event, context)


def _send(delivery: Delivery, event: WebhookEvent, context: SenderContext) -> Response:
    """Raises InvalidCallbackUrl or UnsafeUrl for a forbidden address, OSError without an address, and Unreachable."""
    settings = context.settings
    deadline = Deadline(settings.webhook_timeout_seconds)
    callback = parse_callback(event.callback_url, settings.webhook_allow_private)
    found = [callback.address] if callback.address else context.resolve(callback.host, callback.port, deadline)
    addresses = check_addresses(found, callback, settings.webhook_allow_private)
    payload = WebhookBody(type=delivery.type, timestamp=delivery.timestamp, data=event.data)
    body = payload.model_dump_json(exclude_none=True).encode()
    keys = receiver_keys(settings.webhook_secrets, event.owner, callback)
    return post(callback, addresses, _headers(delivery.id, body, keys), body, deadline)


def _headers(webhook_id: str, body: bytes, keys: Iterable[bytes]) -> dict[str, str]:
    now = int(time.time())
    return {
        "Content-Type": "application/json",
        "User-Agent": "photo-critic",
        "webhook-id": webhook_id,
        "webhook-timestamp": str(now),
        "webhook-signature": signatures(keys, webhook_id, now, body),
    }


def _outcome(start: float, response: Response | None) -> Attempt:
    """The attempt as the caller sees it: without the cause of a connection failure, without the response's body."""
    at = datetime.fromtimestamp(start, UTC)
    if response is None:
        return Attempt(at=at, outcome=Outcome.unreachable, error="The receiver could not be reached.")
    milliseconds = round((time.time() - start) * 1000)
    if response.ok:
        return Attempt(at=at, outcome=Outcome.delivered, status=response.status, milliseconds=milliseconds)
    hint = "; redirects are not followed" if response.status in _REDIRECTS else ""
    error = f"The receiver answered {response.status}{hint}."
    return Attempt(at=at, outcome=Outcome.error_status, status=response.status, milliseconds=milliseconds, error=error)


def _store(
    lease: DeliveryLease, attempted: Delivery, response: Response | None, event: WebhookEvent, context: SenderContext
) -> None:
    delivered = response is not None and response.ok
    due = None if delivered else _next_attempt(attempted, response, event, context.settings)
    if due is None:
        delivery = _end(attempted, DeliveryState.delivered if delivered else DeliveryState.failed)
    else:
        delivery = attempted.model_copy(update={"next_attempt_at": datetime.fromtimestamp(due, UTC)})
    context.deliveries.update(lease, delivery, due)
    metrics.observe(delivery)
    last = delivery.attempts[-1]
    log.info(
        "webhook_attempted", webhook_id=delivery.id, type=delivery.type, subject=lease.subject, state=delivery.state,
        outcome=last.outcome.value, status=last.status, ms=last.milliseconds, attempts=delivery.attempt_count,
    )  # fmt: skip


def _next_attempt(
    attempted: Delivery, response: Response | None, event: WebhookEvent, settings: SenderSettings
) -> float | None:
    """The time of the next attempt; None after 410, after the last attempt, or beyond the subject's expiry.

    Source: Standard Webhooks, "Delivery success and failure".
    """
    permanent = response is not None and response.status == _PERMANENT_STATUS
    if permanent or attempted.attempt_count >= settings.webhook_max_attempts:
        return None
    retry_after = response.retry_after_seconds if response is not None else None
    first, max_delay = settings.webhook_first_delay_seconds, settings.webhook_max_delay_seconds
    due = time.time() + delay_seconds(attempted.attempt_count, first, max_delay, retry_after)
    return due if due < event.expires_at.timestamp() else None


def _end(delivery: Delivery, state: DeliveryState) -> Delivery:
    return delivery.model_copy(update={"state": state, "next_attempt_at": None})
