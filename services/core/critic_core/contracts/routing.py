"""Routing of photos to model versions: by default to the newest, else by the operators' choice."""

import hashlib
from collections.abc import Iterable
from typing import Self

from pydantic import Field

from critic_core.contracts.base import Contract


class TrafficSplit(Contract):
    """A version and its share of the photos. The split is sticky: stable for a photo or album."""

    version: str = Field(pattern=r"^[1-9][0-9]*$")
    percent: float = Field(gt=0, le=100)

    @classmethod
    def parse(cls, text: str, percent: float | None = None) -> Self:
        """From `2:10%`, or from `2` and `percent`. Raises ValueError."""
        version, colon, share = text.strip().partition(":")
        if colon and not share.endswith("%"):
            raise ValueError(f"'{text}' is not a version and its share, as in 2:10%")
        if not colon and percent is None:
            raise ValueError(f"'{text}' does not say how many photos the version gets, as in 2:10%")
        return cls(version=version, percent=float(share[:-1]) if colon else percent)

    def __str__(self) -> str:
        return f"{self.version}:{self.percent:g}%"

    def takes(self, key: str) -> bool:
        """Whether the share contains `key`. A larger share contains the keys of smaller shares."""
        number = int.from_bytes(hashlib.sha256(f"{self.version} {key}".encode()).digest()[:8])
        return number < self.percent / 100 * 2**64


class Routing(Contract):
    """The operators' choice of versions. By default the newest version answers all photos."""

    pinned: str | None = Field(default=None, description="Version for all photos, even if newer versions are served")
    canary: TrafficSplit | None = Field(default=None, description="Version for a share of the photos")
    shadow: TrafficSplit | None = Field(
        default=None, description="Version that also scores a share of the photos, for comparison only"
    )
    withdrawn: tuple[str, ...] = Field(default=(), description="Versions for no photo")
    baseline: str | None = Field(
        default=None, description="The stable version from the start of a trial (canary or shadow) to the end"
    )

    @property
    def trials(self) -> set[str]:
        """Versions on trial, as canary or shadow."""
        return {split.version for split in (self.canary, self.shadow) if split}

    @property
    def excluded(self) -> set[str]:
        """Versions that never become stable only by being the newest."""
        return {*self.withdrawn, *self.trials}

    def stable(self, served: Iterable[str]) -> str | None:
        """The served version for photos outside the canary's share; None if all served versions are withdrawn.

        A version published during a trial, and thus untested, does not become stable.
        """
        available = [version for version in served if version not in self.withdrawn]
        for chosen in (self.pinned, self.baseline):
            if chosen in available:
                return chosen
        if self.baseline and available:
            return min(available, key=int)  # the baseline is no longer served
        candidates = [version for version in available if version not in self.excluded]
        before_trials = [version for version in candidates if all(int(version) < int(trial) for trial in self.trials)]
        return newest(before_trials or candidates or available)

    # -- changes ------------------------------------------------------------------------------------------------------

    def with_canary(self, split: TrafficSplit, served: Iterable[str]) -> "Routing":
        """Start a canary: `split.version` for a share of the photos, the current stable version for the rest."""
        return self._with(canary=split, withdrawn=self._without(split.version))._with_baseline(self, split, served)

    def with_shadow(self, split: TrafficSplit, served: Iterable[str]) -> "Routing":
        """Start a comparison of `split.version` with the current stable version, which stays stable."""
        return self._with(shadow=split, withdrawn=self._without(split.version))._with_baseline(self, split, served)

    def promote(self, version: str) -> "Routing":
        """Make the version stable, for all photos."""
        return self._without_trial(version)._with(pinned=version, withdrawn=self._without(version))

    def withdraw(self, version: str) -> "Routing":
        """Exclude the version from all photos."""
        pinned = None if self.pinned == version else self.pinned
        return self._without_trial(version)._with(pinned=pinned, withdrawn=(*self._without(version), version))

    def _without_trial(self, version: str) -> "Routing":
        """End the trials of the version."""
        canary, shadow = (None if split and split.version == version else split for split in (self.canary, self.shadow))
        return self._with(canary=canary, shadow=shadow, baseline=self.baseline if canary or shadow else None)

    def _with_baseline(self, before: "Routing", split: TrafficSplit, served: Iterable[str]) -> "Routing":
        """Set the baseline at the first of several trials, until the end of the last trial."""
        running = before.baseline if before.trials and before.baseline != split.version else None
        baseline = running or self._with(baseline=None).stable(served)
        return self._with(baseline=baseline if baseline != split.version else None)

    def _without(self, version: str) -> tuple[str, ...]:
        return tuple(withdrawn for withdrawn in self.withdrawn if withdrawn != version)

    def _with(self, **changes: object) -> "Routing":
        return self.model_copy(update=changes)


class ActiveVersions(Contract):
    """The active versions of a model, from the routing and the versions on the inference server."""

    model: str
    versions: tuple[str, ...] = Field(description="All served versions, oldest first")
    stable: str = Field(description="Version for the photos outside the canary's share")
    canary: TrafficSplit | None = Field(
        default=None, description="Version for a share of the photos; none without a served canary"
    )
    shadow: TrafficSplit | None = Field(
        default=None, description="Version compared on a share of the photos; none without a served shadow"
    )
    withdrawn: tuple[str, ...] = ()

    @classmethod
    def of(cls, model: str, routing: Routing, served: Iterable[str]) -> Self | None:
        """The routing applied to the served versions; None without a stable version."""
        versions = tuple(sorted(served, key=int))
        stable = routing.stable(versions)
        if stable is None:
            return None

        def active(split: TrafficSplit | None) -> TrafficSplit | None:
            return split if split and split.version in versions and split.version != stable else None

        return cls(
            model=model,
            versions=versions,
            stable=stable,
            canary=active(routing.canary),
            shadow=active(routing.shadow),
            withdrawn=routing.withdrawn,
        )

    @property
    def trials(self) -> list[str]:
        """The versions of canary and shadow."""
        return sorted({split.version for split in (self.canary, self.shadow) if split}, key=int)

    @property
    def unpromoted(self) -> list[str]:
        """Versions newer than the stable version and not on trial: no photo reaches these versions."""
        idle = set(self.versions) - {*self.trials, *self.withdrawn}
        return sorted((version for version in idle if int(version) > int(self.stable)), key=int)

    def version_for(self, key: str) -> str:
        """The version for the photo or album with this key."""
        return self.canary.version if self.canary and self.canary.takes(key) else self.stable

    def shadow_for(self, key: str) -> str | None:
        """The shadow version for the photo or album with this key, if any."""
        return self.shadow.version if self.shadow and self.shadow.takes(key) else None


class ScorePair(Contract):
    """The scores of one photo by two versions."""

    photo: str
    score: float
    percentile: float
    pleasing: bool
    candidate_score: float
    candidate_percentile: float
    candidate_pleasing: bool


def newest(versions: Iterable[str]) -> str | None:
    """The highest version number."""
    return max(versions, key=int, default=None)
