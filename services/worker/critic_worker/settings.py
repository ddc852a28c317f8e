"""What the worker can be told."""

import os
import socket

from pydantic import Field, ValidationInfo, field_validator

from critic_core.contracts.routing import Routing, Share
from critic_core.imaging.limits import Limits
from critic_core.runtime.settings import PhotoLimits, QueueSettings


class WorkerSettings(QueueSettings, PhotoLimits):
    """Where photos are critiqued: how many at a time, by which model, and how long it waits for others."""

    inference_url: str = Field(
        default="127.0.0.1:8001", description="host:port where the inference server (or its balancer) speaks gRPC."
    )
    model: str = Field(default="aesthetics", description="Name of the model that scores photos.")
    canary: str = Field(
        default="",
        description="A version of CRITIC_MODEL and the share of photos that it answers (2:10%); empty: the newest "
        "answers all. `photo-critic model` changes it without a restart.",
    )
    shadow: str = Field(
        default="",
        description="A version of CRITIC_MODEL that is asked too (2, or 2:25% of photos), only to compare its answer.",
    )
    shadow_max_wait_seconds: float = Field(
        default=1.0, ge=0, description="While a photo has waited longer than this, none is compared (CRITIC_SHADOW)."
    )
    inference_timeout_seconds: float = Field(
        default=5.0, gt=0, description="Longest wait for one answer of the inference server."
    )
    worker_concurrency: int = Field(
        default_factory=lambda: os.cpu_count() or 1,
        ge=1,
        description="Photos worked on at a time, one process each (default: the number of cores).",
    )
    worker_name: str = Field(
        default_factory=socket.gethostname,
        pattern=r"^[\w.-]+$",
        description="Tells workers apart; each needs its own (default: the host name).",
    )
    worker_memory_kib: int = Field(
        default=1_000_000, ge=200_000, description="A worker process above this after a photo is replaced (KiB)."
    )
    patience_seconds: float = Field(
        default=10.0, ge=0, description="How long a photo waits in the worker for storage or inference to come back."
    )
    max_releases: int = Field(
        default=360,
        ge=0,
        description="Put back this often because a service was away, a photo fails: after an hour or more.",
    )
    shutdown_seconds: float = Field(
        default=15.0, ge=0, description="A worker told to stop gives its photos this long, then hands them to others."
    )
    pulse_seconds: float = Field(
        default=10.0, gt=0, description="How often the golden photo travels through the worker's own queue."
    )
    worker_metrics_host: str = Field(default="127.0.0.1", description="Address of the worker's Prometheus metrics.")
    worker_metrics_port: int = Field(
        default=0, ge=0, le=65535, description="Port of the worker's Prometheus metrics; 0 turns them off."
    )

    @field_validator("canary", "shadow")
    @classmethod
    def _is_a_share(cls, told: str, info: ValidationInfo) -> str:
        if told:
            Share.parse(told, 100 if info.field_name == "shadow" else None)
        return told

    @property
    def routing(self) -> Routing:
        """What counts until `photo-critic model` says otherwise."""
        return Routing(
            canary=Share.parse(self.canary) if self.canary else None,
            shadow=Share.parse(self.shadow, 100) if self.shadow else None,
        )

    @property
    def limits(self) -> Limits:
        """The largest photo taken."""
        return Limits(max_bytes=self.max_photo_bytes, max_pixels=self.max_photo_pixels)

    @property
    def lease_seconds(self) -> float:
        """A photo running for longer than this is with nobody any more: its process would have been stopped."""
        return self.task_time_limit_seconds + 15.0

    @property
    def silence_seconds(self) -> float:
        """A worker that consumed nothing of its own for this long has stopped consuming."""
        return self.task_time_limit_seconds + 30.0
