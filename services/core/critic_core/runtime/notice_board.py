"""What workers tell everybody through Redis: which model is served, and that they consume and can answer."""

from collections.abc import Sequence

import redis
from redis.exceptions import RedisError

from critic_core.contracts.errors import QueueUnavailable
from critic_core.contracts.manifest import Manifest, parse_manifest
from critic_core.contracts.pulse import Pulse
from critic_core.contracts.routing import Answering

PULSES = "critic:pulses"
MODELS = "critic:models"  # by name; a version that is asked beside the one that answers, by name@version
ANSWERING = "critic:answering"


class NoticeBoard:
    """Pulses by worker and manifests by model. A gateway reads here what is served; it never asks inference itself."""

    def __init__(self, client: "redis.Redis") -> None:
        self._redis = client

    def post_pulse(self, pulse: Pulse) -> None:
        """Tell that a task travelled through this worker's own queue, and whether the golden photo came out right."""
        try:
            self._redis.hset(PULSES, pulse.worker, pulse.model_dump_json())
        except RedisError as error:
            raise QueueUnavailable(f"The queue does not answer: {error}") from error

    def pulses(self, newer_than: float) -> list[Pulse]:
        """Pulses since that time (seconds since the epoch), newest first; older ones are swept away."""
        try:
            raw = self._redis.hgetall(PULSES)
            pulses = [Pulse.read(text) for text in raw.values()]
            stale = [pulse.worker for pulse in pulses if pulse.at.timestamp() < newer_than]
            if stale:
                self._redis.hdel(PULSES, *stale)
        except RedisError as error:
            raise QueueUnavailable(f"The queue does not answer: {error}") from error
        fresh = [pulse for pulse in pulses if pulse.worker not in stale]
        return sorted(fresh, key=lambda pulse: pulse.at, reverse=True)

    def post_models(self, answering: list[Manifest], served: list[str], beside: Sequence[Manifest] = ()) -> None:
        """Tell which models answer under their names, and which versions are asked beside those; forget all others."""
        try:
            told = {manifest.name: manifest for manifest in answering}
            told |= {f"{manifest.name}@{manifest.version}": manifest for manifest in beside}
            gone = [name for name in map(str, self._redis.hkeys(MODELS)) if name not in [*served, *told]]
            with self._redis.pipeline(transaction=True) as pipe:
                for name, manifest in told.items():
                    pipe.hset(MODELS, name, manifest.model_dump_json())
                if gone:
                    pipe.hdel(MODELS, *gone)
                pipe.execute()
        except RedisError as error:
            raise QueueUnavailable(f"The queue does not answer: {error}") from error

    def models(self) -> list[Manifest]:
        """The manifests of all models served, and of versions asked beside them, by name and version."""
        try:
            raw = self._redis.hgetall(MODELS)
        except RedisError as error:
            raise QueueUnavailable(f"The queue does not answer: {error}") from error
        manifests = [parse_manifest(text) for text in raw.values()]
        return sorted(manifests, key=lambda each: (each.name, len(each.version), each.version))

    def post_answering(self, answering: Answering) -> None:
        """Tell which versions of a model answer now."""
        try:
            self._redis.hset(ANSWERING, answering.model, answering.model_dump_json())
        except RedisError as error:
            raise QueueUnavailable(f"The queue does not answer: {error}") from error

    def answering(self) -> list[Answering]:
        """Which versions answer, by model, as a worker told last."""
        try:
            raw = self._redis.hvals(ANSWERING)
        except RedisError as error:
            raise QueueUnavailable(f"The queue does not answer: {error}") from error
        return sorted((Answering.read(text) for text in raw), key=lambda one: one.model)
