"""Train/validation split by a digest of the owner: no owner has photos on both sides."""

import hashlib

VALIDATION_ONE_IN = 7
"""One owner in seven is for validation, six for training, as in the paper."""


def is_validation(owner: str, one_in: int = VALIDATION_ONE_IN) -> bool:
    """True for one owner in `one_in`; the same for an owner on every machine."""
    digest = hashlib.blake2b(owner.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") % one_in == 0
