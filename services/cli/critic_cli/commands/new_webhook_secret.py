"""`photo-critic new-webhook-secret`: the server's secret of webhooks."""

import base64
import secrets

from critic_core.runtime.webhooks.settings import SECRET_PREFIX


def new_webhook_secret() -> None:
    """Make a server secret of webhooks. Receivers get secrets of their own: GET /v1/webhooks/secrets."""
    secret = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    print("Setting of gateway and webhook sender (comma-separated, the newest first):")
    print(f"  CRITIC_WEBHOOK_SECRETS={secret}")
