"""One try to deliver: take it up, look the receiver up, send, keep how it went."""

import time
from datetime import UTC, datetime

from critic_core.contracts.errors import CallbackRefused
from critic_core.contracts.webhook import ATTEMPTS_KEPT, Attempt, Delivery, DeliveryState, Event, Outcome
from critic_core.runtime.logs import logger
from critic_core.runtime.webhooks.callback import parse_callback
from critic_core.runtime.webhooks.settings import secret_key
from critic_core.stores.deliveries import Ticket
from critic_worker.webhooks import metrics
from critic_worker.webhooks.backoff import delay_seconds
from critic_worker.webhooks.context import Place
from critic_worker.webhooks.deadline import Deadline
from critic_worker.webhooks.events import Occasion, occasion_of
from critic_worker.webhooks.resolver import checked
from critic_worker.webhooks.sender import Answer, NotReachable, post
from critic_worker.webhooks.settings import SenderSettings
from critic_worker.webhooks.signature import signatures

log = logger(__name__)

BUSY_SECONDS = 2.0  # a receiver that is being called often enough already is looked at again after this long
_GONE = 410  # of all refusals the one that means it for ever
_REDIRECTS = range(300, 400)


def deliver(ticket: Ticket, place: Place) -> None:
    """Try a delivery once. Raises QueueUnavailable; the delivery is then due again when its lease ends."""
    occasion = occasion_of(ticket.subject, place.stores)
    host = _host(occasion)
    with place.lanes.one(host) as free:
        if not free:
            place.deliveries.keep(ticket, None, time.time() + BUSY_SECONDS)
        elif begun := place.deliveries.begin(ticket, place.settings.webhook_lease_seconds):
            _try(*begun, occasion, place)


def _host(occasion: Occasion | None) -> str:
    return occasion.callback_url.split("/")[2].lower() if occasion else ""


def _try(ticket: Ticket, delivery: Delivery, occasion: Occasion | None, place: Place) -> None:
    if occasion is None or occasion.type != delivery.type:  # forgotten, or tried again meanwhile and something else now
        place.deliveries.keep(ticket, _ended(delivery, DeliveryState.given_up), None)
        return
    began = time.time()
    try:
        with metrics.IN_WORK.track_inprogress():
            answer = _send(delivery, occasion, place)
    except (CallbackRefused, NotReachable, OSError) as error:
        answer = None
        log.info("webhook_not_reachable", webhook_id=delivery.id, host=_host(occasion), error=str(error))
    place.lanes.learn(_host(occasion), answer is not None)
    tried = delivery.model_copy(update={"attempts": (*delivery.attempts, _attempt(began, answer))[-ATTEMPTS_KEPT:]})
    _keep(ticket, tried, answer, occasion, place)


def _send(delivery: Delivery, occasion: Occasion, place: Place) -> Answer:
    """Raises CallbackRefused or OSError for an address that must not or cannot be called, and NotReachable."""
    settings = place.settings
    deadline = Deadline(settings.webhook_timeout_seconds)
    callback = parse_callback(occasion.callback_url, settings.webhook_allow_private)
    found = [callback.address] if callback.address else place.look_up(callback.host, callback.port, deadline)
    addresses = checked(found, callback, settings.webhook_allow_private)
    event = Event(type=delivery.type, timestamp=delivery.timestamp, data=occasion.data)
    body = event.model_dump_json(exclude_none=True).encode()
    return post(callback, addresses, _headers(delivery.id, body, settings), body, deadline)


def _headers(webhook_id: str, body: bytes, settings: SenderSettings) -> dict[str, str]:
    now = int(time.time())
    return {
        "Content-Type": "application/json",
        "User-Agent": "photo-critic",
        "webhook-id": webhook_id,
        "webhook-timestamp": str(now),
        "webhook-signature": signatures(map(secret_key, settings.webhook_secrets), webhook_id, now, body),
    }


def _attempt(began: float, answer: Answer | None) -> Attempt:
    """What the caller is told: not why nobody was reached, and nothing of what was answered but the status."""
    at = datetime.fromtimestamp(began, UTC)
    if answer is None:
        return Attempt(at=at, outcome=Outcome.not_reachable, error="The receiver could not be reached.")
    milliseconds = round((time.time() - began) * 1000)
    if answer.delivered:
        return Attempt(at=at, outcome=Outcome.delivered, status=answer.status, milliseconds=milliseconds)
    what = "; redirects are not followed" if answer.status in _REDIRECTS else ""
    error = f"The receiver answered {answer.status}{what}."
    return Attempt(at=at, outcome=Outcome.refused_status, status=answer.status, milliseconds=milliseconds, error=error)


def _keep(ticket: Ticket, tried: Delivery, answer: Answer | None, occasion: Occasion, place: Place) -> None:
    if answer is not None and answer.delivered:
        ended, due = _ended(tried, DeliveryState.delivered), None
    else:
        due = _next_try(tried, answer, occasion, place.settings)
        ended = _planned(tried, due) if due else _ended(tried, DeliveryState.given_up)
    place.deliveries.keep(ticket, ended, due)
    metrics.observe(ended)
    last = ended.attempts[-1]
    log.info(
        f"webhook_{ended.state}", webhook_id=ended.id, type=ended.type, subject=ticket.subject,
        outcome=last.outcome.value, status=last.status, ms=last.milliseconds, tries=ended.tries,
    )  # fmt: skip


def _next_try(tried: Delivery, answer: Answer | None, occasion: Occasion, settings: SenderSettings) -> float | None:
    """None to give up: every refusal but 410 may pass, so all others are tried again until the tries or the photo end.

    Source: Standard Webhooks, "Delivery success and failure".
    """
    if (answer is not None and answer.status == _GONE) or tried.tries >= settings.webhook_tries:
        return None
    asked = answer.retry_after_seconds if answer is not None else None
    first, longest = settings.webhook_first_delay_seconds, settings.webhook_longest_delay_seconds
    due = time.time() + delay_seconds(tried.tries, first, longest, asked)
    return due if due < occasion.expires_at.timestamp() else None


def _planned(tried: Delivery, due: float) -> Delivery:
    return tried.model_copy(update={"next_try_at": datetime.fromtimestamp(due, UTC)})


def _ended(tried: Delivery, state: DeliveryState) -> Delivery:
    return tried.model_copy(update={"state": state, "next_try_at": None})
