"""Webhooks at their receiver: verified by Standard Webhooks' own library, then parsed."""

from collections.abc import Mapping, Sequence

from standardwebhooks import Webhook, WebhookVerificationError

from critic_core.contracts.errors import CriticError
from critic_core.contracts.webhook import WebhookBody


class WebhookRejected(CriticError):
    """The request is no webhook of this server: its signature or its time is wrong."""

    code, title, status, permanent = "webhook_rejected", "The webhook is not authentic", 401, True


def verify_webhook(body: bytes, headers: Mapping[str, str], secrets: Sequence[str]) -> WebhookBody:
    """The verified webhook. `secrets` are `receiver_secrets` of the client; one of them has to fit.

    Raises WebhookRejected for a wrong signature, or a time more than five minutes away.
    """
    for secret in secrets:
        try:
            Webhook(secret).verify(body, dict(headers), json_parse=False)
        except (WebhookVerificationError, ValueError):  # ValueError: a header that is no signature at all
            continue
        return WebhookBody.read(body)
    raise WebhookRejected
