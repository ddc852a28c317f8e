"""Metrics of all services."""

from collections.abc import Iterator
from importlib.metadata import version

from prometheus_client import REGISTRY, generate_latest
from prometheus_client.core import InfoMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector


def exposition() -> tuple[bytes, str]:
    """All metrics of this process, and the media type."""
    return generate_latest(REGISTRY), CONTENT_TYPE_LATEST


class BuildInfo(Collector):
    """Service and version, for distinguishing versions during an upgrade."""

    def __init__(self, service: str) -> None:
        self._labels = {"service": service, "version": version("photo-critic")}

    def collect(self) -> Iterator[InfoMetricFamily]:
        """`critic_build_info`, always 1."""
        yield InfoMetricFamily("critic_build", "The service and its version", value=self._labels)
