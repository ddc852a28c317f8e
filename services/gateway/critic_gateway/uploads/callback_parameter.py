"""`?callback_url=`: where a webhook goes when it is done. Photos and albums ask for it in the same way."""

from typing import Annotated

from fastapi import Depends, Query

from critic_core.contracts.errors import WebhooksDisabled
from critic_core.runtime.webhooks.callback import LONGEST_URL, parse_callback
from critic_gateway.dependencies import Caller, PartsHere
from critic_gateway.settings import GatewaySettings

Url = Annotated[
    str | None,
    Query(max_length=LONGEST_URL, description="A signed webhook is sent there, by https, once all is done: see docs."),
]


def check_callback(url: str, settings: GatewaySettings) -> str:
    """The URL, when a webhook may go there as far as can be seen without looking it up.

    WebhooksDisabled, or InvalidCallbackUrl with the reason.
    """
    if not settings.webhooks_on:
        raise WebhooksDisabled
    parse_callback(url, settings.webhook_allow_private)
    return url


def _asked(parts: PartsHere, _: Caller, callback_url: Url = None) -> str | None:
    return check_callback(callback_url, parts.settings) if callback_url is not None else None


AskedCallback = Annotated[str | None, Depends(_asked)]
"""The callback URL of a request, checked before a byte of its body is read; None when it has none."""
