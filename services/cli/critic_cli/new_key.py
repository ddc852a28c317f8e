"""`photo-critic new-key`: a key for a client, and its digest for the server."""

import hashlib
import secrets


def new_key() -> None:
    """Make an API key. The server is told only its digest, so a stolen settings file lets nobody in."""
    key = secrets.token_urlsafe(32)
    print("Give this key to the client; it is not kept anywhere:")
    print(f"  {key}")
    print("Tell the gateway its SHA-256 (several are separated by commas):")
    print(f"  CRITIC_API_KEYS={hashlib.sha256(key.encode()).hexdigest()}")
