"""Tokens, PINs and passes of share links.

A pass proves a correct PIN without a second slow hash: its time of expiry, and an HMAC of that time. The key is the
hash of the PIN, so a pass is stored nowhere and is valid for one link only.
"""

import hashlib
import hmac
import secrets
from datetime import UTC, datetime

TOKEN_BYTES = 32
PIN_COST = 2**14  # scrypt's N with r = 8: 16 MiB of memory for each attempt


def new_token() -> str:
    """A random token for a URL."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_digest(token: str) -> str:
    """SHA-256 of a token, hex: the only form in which it is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def hash_pin(pin: str) -> str:
    """Salt and scrypt hash of a PIN, hex."""
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}:{_scrypt(pin, salt).hex()}"


def is_pin(pin: str, pin_hash: str) -> bool:
    """Whether the PIN has this hash."""
    salt, _, digest = pin_hash.partition(":")
    return hmac.compare_digest(_scrypt(pin, bytes.fromhex(salt)).hex(), digest)


def make_pass(pin_hash: str, expires_at: datetime) -> str:
    """A pass of the link with this hash of its PIN."""
    expiry = f"{int(expires_at.timestamp())}"
    return f"{expiry}.{_sign(pin_hash, expiry)}"


def is_pass(text: str, pin_hash: str) -> bool:
    """Whether the text is a pass of that link that has not expired."""
    expiry, _, signature = text.partition(".")
    if not (expiry.isascii() and expiry.isdecimal() and len(expiry) < 16):
        return False
    authentic = hmac.compare_digest(signature.encode(), _sign(pin_hash, expiry).encode())
    return authentic and int(expiry) > datetime.now(UTC).timestamp()


def _scrypt(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(pin.encode(), salt=salt, n=PIN_COST, r=8, p=1)


def _sign(pin_hash: str, expiry: str) -> str:
    return hmac.digest(pin_hash.encode(), expiry.encode(), "sha256").hex()
