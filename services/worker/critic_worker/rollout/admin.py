"""The operators' changes of a model's routing: canary, shadow, promotion, rollback."""

from collections.abc import Callable

from critic_core.contracts.routing import ActiveVersions, Routing, TrafficSplit, newest
from critic_core.runtime.redis_client import connect
from critic_core.stores.routing import RoutingStore
from critic_worker.inference.client import InferenceClient
from critic_worker.rollout.version_comparison import VersionComparison, compare_versions
from critic_worker.settings import WorkerSettings


class RolloutRefused(Exception):
    """The requested change is impossible; the message says why."""


class RolloutAdmin:
    """The routing of one model. Calls raise RolloutRefused, QueueUnavailable or InferenceUnavailable."""

    def __init__(
        self, model: str, default: Routing, store: RoutingStore, served_versions: Callable[[], list[str]]
    ) -> None:
        self.model, self._default, self._store, self.served_versions = model, default, store, served_versions

    def routing(self) -> Routing:
        """The stored routing, or the settings'."""
        return self._store.get(self.model) or self._default

    def active_versions(self) -> ActiveVersions:
        """The routing applied to the served versions. RolloutRefused when no version may answer."""
        versions = ActiveVersions.of(self.model, self.routing(), self.served_versions())
        if versions is None:
            raise RolloutRefused(f"No version of {self.model} that is served may answer: all are withdrawn.")
        return versions

    def shadow(self, split: str) -> None:
        """Compare a version on its share of the photos (`2`, or `2:25%`).

        Possible before the version is published: then it never answers merely because it is the newest.
        """
        self._save(self.routing().with_shadow(_parse_split(split, 100), self.served_versions()))

    def canary(self, split: str) -> None:
        """Let a version answer its share of the photos (`2:10%`). Possible before the version is published, too."""
        self._save(self.routing().with_canary(_parse_split(split), self.served_versions()))

    def promote(self, version: str) -> None:
        """Let a served version answer all photos."""
        served = self.served_versions()
        if version not in served:
            raise RolloutRefused(f"Version {version} is not served; there are: {', '.join(served)}.")
        self._save(self.routing().promote(version))

    def rollback(self, version: str | None = None) -> None:
        """Withdraw a version: by default the canary, or without one the stable version.

        The version before it answers from then on, never an unpromoted one, which nobody has tried.
        """
        active = self.active_versions()
        leaving = version or (active.canary.version if active.canary else active.stable)
        routing = self.routing().withdraw(leaving)
        able = [served for served in active.versions if served not in routing.withdrawn]
        if not able:
            raise RolloutRefused(f"Version {leaving} cannot be withdrawn: no other version is served that may answer.")
        previous = active.stable if leaving != active.stable else newest(v for v in able if int(v) < int(leaving))
        if previous and previous != routing.stable(active.versions):
            routing = routing.promote(previous)
        self._save(routing)

    def reset(self) -> None:
        """Return to the settings."""
        self._store.save(self.model, None)

    def compare(self, version: str | None = None) -> VersionComparison:
        """The stable version against another: by default the shadow, or without one the newest."""
        active = self.active_versions()
        shadow = active.shadow.version if active.shadow else newest(set(active.versions) - {active.stable})
        candidate = version or shadow
        if candidate is None:
            raise RolloutRefused(f"There is no version beside {active.stable} to compare it with.")
        pairs = self._store.pairs(self.model, active.stable, candidate)
        return compare_versions(self.model, active.stable, candidate, pairs)

    def _save(self, routing: Routing) -> None:
        self._store.save(self.model, routing)


def make_rollout_admin(settings: WorkerSettings) -> RolloutAdmin:
    """The admin of CRITIC_MODEL."""

    def served_versions() -> list[str]:
        client = InferenceClient(settings.inference_url, settings.model, settings.inference_timeout_seconds)
        try:
            return client.versions()
        finally:
            client.close()

    return RolloutAdmin(settings.model, settings.routing, RoutingStore(connect(settings.redis_url)), served_versions)


def _parse_split(text: str, percent: float | None = None) -> TrafficSplit:
    try:
        return TrafficSplit.parse(text, percent)
    except ValueError as error:
        raise RolloutRefused(f"'{text}' is not a version and its share, as in 2:10%.") from error
