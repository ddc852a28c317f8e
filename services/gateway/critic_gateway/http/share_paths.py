"""Paths of shared albums: kept out of search engines, their tokens kept out of logs and traces."""

import re

NO_INDEX = "noindex, nofollow"
_TOKEN = re.compile(r"(?<=^/v1/shared/)[^/]+")


def is_shared(path: str) -> bool:
    """True for the routes and the page of share links."""
    return path.startswith(("/v1/shared/", "/shared"))


def mask_token(path: str) -> str:
    """The path for logs: `/v1/shared/…/photos`."""
    return _TOKEN.sub("…", path)
