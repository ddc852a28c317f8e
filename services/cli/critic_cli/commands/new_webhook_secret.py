"""`photo-critic new-webhook-secret`: the secret for signing and verifying webhooks."""

import base64
import secrets

from critic_core.runtime.webhooks.settings import SECRET_PREFIX


def new_webhook_secret() -> None:
    """Make a secret for signing webhooks. Sender and receiver both need it, unlike the digest of an API key."""
    secret = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    print("Setting of gateway and webhook sender (comma-separated, the newest first), and secret for the receiver:")
    print(f"  CRITIC_WEBHOOK_SECRETS={secret}")
