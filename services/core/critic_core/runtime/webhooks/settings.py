"""Whether webhooks are on, and whom they may reach: what gateway and sender must agree on."""

import base64
import binascii
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from critic_core.runtime.settings import CriticSettings

SECRET_PREFIX = "whsec_"  # noqa: S105 - how every such secret begins


class WebhookSettings(CriticSettings):
    """Webhooks are off without a secret to sign them with."""

    webhook_secrets: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        default=(),
        description="Secrets that webhooks are signed with (whsec_…, comma-separated, newest first); "
        "empty turns webhooks off. `photo-critic new-webhook-secret` makes one.",
    )
    webhook_allow_private: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        default=(),
        description="Networks (10.1.0.0/16, comma-separated) that webhooks may reach though they are not public; "
        "there, also by plain http.",
    )

    # Names of their own: pydantic takes a subclass's validator of the same name for a replacement.
    @field_validator("webhook_secrets", "webhook_allow_private", mode="before")
    @classmethod
    def _split_webhooks(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("webhook_secrets")
    @classmethod
    def _usable_secrets(cls, secrets: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for secret in secrets:
            secret_key(secret)
        return secrets

    @property
    def webhooks_on(self) -> bool:
        """True when there is a secret to sign with."""
        return bool(self.webhook_secrets)


def secret_key(secret: SecretStr) -> bytes:
    """The bytes of a secret. ValueError, which does not repeat it, unless it is as Standard Webhooks wants it."""
    text = secret.get_secret_value()
    try:
        key = base64.b64decode(text.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not text.startswith(SECRET_PREFIX) or not 24 <= len(key) <= 64:
        raise ValueError("CRITIC_WEBHOOK_SECRETS holds secrets of 24 to 64 bytes, each as whsec_ and base64")
    return key
