"""Prometheus text for a process that serves HTTP itself."""

from prometheus_client import REGISTRY, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST


def exposition() -> tuple[bytes, str]:
    """All metrics of this process, and their media type."""
    return generate_latest(REGISTRY), CONTENT_TYPE_LATEST
