"""`photo-critic new-webhook-secret`: the server's secret of webhooks."""

import secrets

from critic_core.runtime.webhooks.receiver_secrets import encode_secret


def new_webhook_secret() -> None:
    """Make a server secret of webhooks. Receivers get secrets of their own: GET /v1/webhooks/secrets."""
    secret = encode_secret(secrets.token_bytes(32))
    print("Setting of gateway and webhook sender (comma-separated, the newest first):")
    print(f"  CRITIC_WEBHOOK_SECRETS={secret}")
