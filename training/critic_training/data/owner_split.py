"""Which side of the split a photo is on: by a digest of its owner, so that nobody's photos are on both."""

import hashlib

PARTS = 7
"""One part in seven validates, six train, as in the paper."""


def validates(owner: str, parts: int = PARTS) -> bool:
    """True for one owner in `parts`; always the same answer for the same owner, on every machine."""
    digest = hashlib.blake2b(owner.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") % parts == 0
