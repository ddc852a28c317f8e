"""Status of the workers in Redis: heartbeats, the models that are served, the active versions of every model."""

from collections.abc import Sequence

import redis

from critic_core.contracts.heartbeat import Heartbeat
from critic_core.contracts.manifest import Manifest, parse_manifest
from critic_core.contracts.routing import ActiveVersions
from critic_core.runtime.redis_client import KEY_PREFIX, redis_errors

HEARTBEATS = f"{KEY_PREFIX}heartbeats"
MODELS = f"{KEY_PREFIX}models"  # by name; a canary or shadow version by name@version
ACTIVE_VERSIONS = f"{KEY_PREFIX}active_versions"


class WorkerStatusStore:
    """Heartbeats by worker, manifests by model. Gateways read the models here and never call the inference server."""

    def __init__(self, client: "redis.Redis") -> None:
        self._redis = client

    def save_heartbeat(self, heartbeat: Heartbeat) -> None:
        """Store the heartbeat of a worker: a task passed through its own queue, with the result of the self-test."""
        with redis_errors():
            self._redis.hset(HEARTBEATS, heartbeat.worker, heartbeat.model_dump_json())

    def heartbeats(self, newer_than: float) -> list[Heartbeat]:
        """Heartbeats since that time (seconds since the epoch), newest first; older ones are deleted."""
        with redis_errors():
            raw = self._redis.hgetall(HEARTBEATS)
            heartbeats = [Heartbeat.read(text) for text in raw.values()]
            stale = [heartbeat.worker for heartbeat in heartbeats if heartbeat.at.timestamp() < newer_than]
            if stale:
                self._redis.hdel(HEARTBEATS, *stale)
        fresh = [heartbeat for heartbeat in heartbeats if heartbeat.worker not in stale]
        return sorted(fresh, key=lambda heartbeat: heartbeat.at, reverse=True)

    def save_models(self, manifests: list[Manifest], served: list[str], beside: Sequence[Manifest] = ()) -> None:
        """Store the manifests of served models and of canary and shadow versions; drop all others."""
        with redis_errors():
            by_name = {manifest.name: manifest for manifest in manifests}
            by_name |= {f"{manifest.name}@{manifest.version}": manifest for manifest in beside}
            obsolete = [name for name in map(str, self._redis.hkeys(MODELS)) if name not in [*served, *by_name]]
            with self._redis.pipeline(transaction=True) as pipe:
                for name, manifest in by_name.items():
                    pipe.hset(MODELS, name, manifest.model_dump_json())
                if obsolete:
                    pipe.hdel(MODELS, *obsolete)
                pipe.execute()

    def models(self) -> list[Manifest]:
        """Manifests of all served models and of canary and shadow versions, by name and version."""
        with redis_errors():
            raw = self._redis.hgetall(MODELS)
        manifests = [parse_manifest(text) for text in raw.values()]
        return sorted(manifests, key=lambda manifest: (manifest.name, len(manifest.version), manifest.version))

    def model_names(self) -> list[str]:
        """Names of all served models."""
        with redis_errors():
            names = self._redis.hkeys(MODELS)
        return sorted({str(name).partition("@")[0] for name in names})

    def save_active_versions(self, versions: ActiveVersions) -> None:
        """Store the active versions of a model."""
        with redis_errors():
            self._redis.hset(ACTIVE_VERSIONS, versions.model, versions.model_dump_json())

    def active_versions(self) -> list[ActiveVersions]:
        """The active versions of every model, by name, from the latest heartbeat."""
        with redis_errors():
            raw = self._redis.hvals(ACTIVE_VERSIONS)
        return sorted((ActiveVersions.read(text) for text in raw), key=lambda versions: versions.model)
