"""`photo-critic new-webhook-secret`: what webhooks are signed with, by us, and checked with, by their receiver."""

import base64
import secrets

from critic_core.runtime.webhooks.settings import SECRET_PREFIX


def new_webhook_secret() -> None:
    """Make a secret to sign webhooks with. Unlike an API key, both sides need it as it is."""
    secret = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    print("Tell gateway and sender (the newest first, several are separated by commas), and give it to the receiver:")
    print(f"  CRITIC_WEBHOOK_SECRETS={secret}")
