"""What workers tell everybody through Redis: which model is served, and that they consume and can answer."""

from collections.abc import Sequence

import redis

from critic_core.contracts.heartbeat import Pulse
from critic_core.contracts.manifest import Manifest, parse_manifest
from critic_core.contracts.routing import Answering
from critic_core.stores.jobs import answering

PULSES = "critic:pulses"
MODELS = "critic:models"  # by name; a version that is asked beside the one that answers, by name@version
ANSWERING = "critic:answering"


class NoticeBoard:
    """Pulses by worker and manifests by model. A gateway reads here what is served; it never asks inference itself."""

    def __init__(self, client: "redis.Redis") -> None:
        self._redis = client

    def post_pulse(self, pulse: Pulse) -> None:
        """Tell that a task travelled through this worker's own queue, and whether the golden photo came out right."""
        with answering():
            self._redis.hset(PULSES, pulse.worker, pulse.model_dump_json())

    def pulses(self, newer_than: float) -> list[Pulse]:
        """Pulses since that time (seconds since the epoch), newest first; older ones are swept away."""
        with answering():
            raw = self._redis.hgetall(PULSES)
            pulses = [Pulse.read(text) for text in raw.values()]
            stale = [pulse.worker for pulse in pulses if pulse.at.timestamp() < newer_than]
            if stale:
                self._redis.hdel(PULSES, *stale)
        fresh = [pulse for pulse in pulses if pulse.worker not in stale]
        return sorted(fresh, key=lambda pulse: pulse.at, reverse=True)

    def post_models(self, manifests: list[Manifest], served: list[str], beside: Sequence[Manifest] = ()) -> None:
        """Tell which models answer under their names, and which versions are asked beside those; forget all others."""
        with answering():
            told = {manifest.name: manifest for manifest in manifests}
            told |= {f"{manifest.name}@{manifest.version}": manifest for manifest in beside}
            gone = [name for name in map(str, self._redis.hkeys(MODELS)) if name not in [*served, *told]]
            with self._redis.pipeline(transaction=True) as pipe:
                for name, manifest in told.items():
                    pipe.hset(MODELS, name, manifest.model_dump_json())
                if gone:
                    pipe.hdel(MODELS, *gone)
                pipe.execute()

    def models(self) -> list[Manifest]:
        """The manifests of all models served, and of versions asked beside them, by name and version."""
        with answering():
            raw = self._redis.hgetall(MODELS)
        manifests = [parse_manifest(text) for text in raw.values()]
        return sorted(manifests, key=lambda each: (each.name, len(each.version), each.version))

    def names(self) -> list[str]:
        """The names of all models served, without a look at their manifests."""
        with answering():
            told = self._redis.hkeys(MODELS)
        return sorted({str(name).partition("@")[0] for name in told})

    def post_answering(self, told: Answering) -> None:
        """Tell which versions of a model answer now."""
        with answering():
            self._redis.hset(ANSWERING, told.model, told.model_dump_json())

    def answering(self) -> list[Answering]:
        """Which versions answer, by model, as a worker told last."""
        with answering():
            raw = self._redis.hvals(ANSWERING)
        return sorted((Answering.read(text) for text in raw), key=lambda one: one.model)
