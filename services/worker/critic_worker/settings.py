"""Settings of the worker."""

import os
import secrets
import socket

from pydantic import Field, PrivateAttr, ValidationInfo, field_validator

from critic_core.contracts.routing import Routing, TrafficSplit
from critic_core.imaging.limits import Limits
from critic_core.runtime.settings import MEGA, PhotoLimits, QueueSettings


class WorkerSettings(QueueSettings, PhotoLimits):
    """Concurrency, model, and time limits of a worker."""

    inference_url: str = Field(
        default="127.0.0.1:8001", description="host:port of the inference server (or its balancer), gRPC."
    )
    model: str = Field(default="aesthetics", description="Name of the model that scores photos.")
    canary: str = Field(
        default="",
        description="A version of CRITIC_MODEL and its share of the photos (2:10%); empty: the newest version "
        "answers all. `photo-critic model` changes it without a restart.",
    )
    shadow: str = Field(
        default="",
        description="A version of CRITIC_MODEL that is asked too (2, or 2:25% of photos), only to compare its answer.",
    )
    shadow_max_wait_seconds: float = Field(
        default=1.0, ge=0, description="While a photo waits longer than this in the queue, CRITIC_SHADOW pauses."
    )
    inference_timeout_seconds: float = Field(
        default=5.0, gt=0, description="Timeout of one request to the inference server."
    )
    worker_concurrency: int = Field(
        default_factory=lambda: os.cpu_count() or 1,
        ge=1,
        description="Photos, or small groups of them, in progress at a time (default: the number of cores).",
    )
    interactive_processes: int = Field(
        default=1,
        ge=0,
        le=16,
        description="Processes beyond CRITIC_WORKER_CONCURRENCY, so that photos with `?wait=` wait for no batch photo "
        "in progress; 0: none.",
    )
    worker_name: str = Field(
        default_factory=socket.gethostname,
        pattern=r"^[\w.-]+$",
        description="Unique name of the worker (default: the host name).",
    )
    max_memory_per_child_kib: int = Field(
        default=1_000_000,
        ge=200_000,
        description="A pool process above this after a photo is replaced (KiB); its decoder when both together are.",
    )
    decoder_isolation: bool = Field(
        default=True,
        description="Decode photos in processes of their own, with limits and without credentials; false: in the "
        "worker's pool processes, for debugging.",
    )
    decoder_memory_mib: int = Field(
        default=2048,
        ge=512,
        description="Address space of a decoder (MiB); a photo that needs more is photo_too_complex.",
    )
    search_faces: bool = Field(
        default=True,
        description="Find faces, their sharpness and closed eyes; no identity is computed. false: subjects are found "
        "by contrast alone.",
    )
    service_retry_seconds: float = Field(
        default=10.0, ge=0, description="How long a worker retries storage or inference before it requeues a photo."
    )
    max_requeues: int = Field(
        default=360,
        ge=0,
        description="A photo fails after this many requeues because of a service that is down: an hour or more.",
    )
    shutdown_grace_seconds: float = Field(
        default=15.0, ge=0, description="On SIGTERM, running photos get this long to finish; the rest is requeued."
    )
    heartbeat_interval_seconds: float = Field(
        default=10.0, gt=0, description="Interval of the golden photo's round trip through the worker's own queue."
    )
    worker_health_folder: str = Field(
        default="",
        description="Folder of the files `alive` and `ready`, renewed while the worker is healthy, for health checks; "
        "empty: none. The image sets it.",
    )
    worker_metrics_host: str = Field(default="127.0.0.1", description="Address of the worker's Prometheus metrics.")
    worker_metrics_port: int = Field(
        default=0, ge=0, le=65535, description="Port of the worker's Prometheus metrics; 0 turns them off."
    )
    orphan_sweep_seconds: float = Field(
        default=3600.0,
        ge=0,
        description="Interval of the search for orphans: files in storage without a photo, left by a killed process. "
        "0: never.",
    )
    orphan_age_seconds: float = Field(
        default=3600.0,
        ge=600,
        description="Files without a photo are deleted at this age, well above CRITIC_UPLOAD_TIMEOUT_SECONDS.",
    )
    rewrite_seconds: float = Field(
        default=900.0,
        ge=0,
        description="Redis rewrites its append-only file at this interval, without deleted and expired values. "
        "0: never, for a Redis that does so itself.",
    )
    max_album_results: int = Field(
        default=8, ge=1, description="Stored groups and selections of one album; the least recently used are evicted."
    )
    max_owner_result_bytes: int = Field(
        default=32 * MEGA,
        ge=0,
        description="Stored groups and selections of one owner, bytes; the least recently used are evicted.",
    )

    _start: str = PrivateAttr(default_factory=lambda: secrets.token_hex(4))

    @field_validator("canary", "shadow")
    @classmethod
    def _is_traffic_split(cls, text: str, info: ValidationInfo) -> str:
        if text:
            TrafficSplit.parse(text, 100 if info.field_name == "shadow" else None)
        return text

    @property
    def routing(self) -> Routing:
        """The routing until `photo-critic model` changes it."""
        return Routing(
            canary=TrafficSplit.parse(self.canary) if self.canary else None,
            shadow=TrafficSplit.parse(self.shadow, 100) if self.shadow else None,
        )

    @property
    def pool_processes(self) -> int:
        """Processes of the pool, each with one task at a time."""
        return self.worker_concurrency + self.interactive_processes

    @property
    def lease_name(self) -> str:
        """Name of this worker's lease; another one after a restart, so that photos of before are recovered."""
        return f"{self.worker_name}/{self._start}"

    @property
    def limits(self) -> Limits:
        """The largest photo accepted."""
        return Limits(max_bytes=self.max_photo_bytes, max_pixels=self.max_photo_pixels)

    @property
    def lease_seconds(self) -> float:
        """Longest run of a photo; the time limit stops the process before. For photos that no worker's lease covers."""
        return self.task_time_limit_seconds + 15.0

    @property
    def heartbeat_timeout_seconds(self) -> float:
        """A worker without a heartbeat for this long does not consume any more."""
        return self.task_time_limit_seconds + 30.0
