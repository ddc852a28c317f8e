"""Webhook settings of gateway and sender: secrets and allowed private networks."""

import base64
import binascii
from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from critic_core.runtime.settings import CriticSettings, Networks, split_list

SECRET_PREFIX = "whsec_"  # noqa: S105 - a prefix, no secret


class WebhookSettings(CriticSettings):
    """Webhooks are disabled without a signing secret."""

    webhook_secrets: Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(split_list)] = Field(
        default=(),
        description="Secrets (whsec_…, comma-separated, newest first) from which receivers' secrets are derived; empty "
        "disables webhooks. `photo-critic new-webhook-secret` creates a secret.",
    )
    webhook_allow_private: Networks = Field(
        default=(),
        description="Private networks allowed for webhooks (10.1.0.0/16, comma-separated), also by plain http.",
    )

    # A unique name: a validator of the same name in a subclass would replace it.
    @field_validator("webhook_secrets")
    @classmethod
    def _usable_secrets(cls, secrets: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for secret in secrets:
            secret_key(secret)
        return secrets

    @property
    def webhooks_on(self) -> bool:
        """True with at least one secret."""
        return bool(self.webhook_secrets)


def secret_key(secret: SecretStr) -> bytes:
    """The bytes of a Standard Webhooks secret. Raises ValueError, without the secret in the message."""
    text = secret.get_secret_value()
    try:
        key = base64.b64decode(text.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not text.startswith(SECRET_PREFIX) or not 24 <= len(key) <= 64:
        raise ValueError("CRITIC_WEBHOOK_SECRETS holds secrets of 24 to 64 bytes, each as whsec_ and base64")
    return key
