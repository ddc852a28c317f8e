"""Which version of a model answers a photo: the newest, unless operators choose another."""

import hashlib
from collections.abc import Iterable
from typing import Self

from pydantic import Field

from critic_core.contracts.base import Contract


class TrafficSplit(Contract):
    """A version and its share of the photos. The split is sticky: the same photo or album is always in it, or never."""

    version: str = Field(pattern=r"^[1-9][0-9]*$")
    percent: float = Field(gt=0, le=100)

    @classmethod
    def parse(cls, text: str, percent: float | None = None) -> Self:
        """From `2:10%`, or from `2` with a default share. Raises ValueError."""
        version, colon, share = text.strip().partition(":")
        if colon and not share.endswith("%"):
            raise ValueError(f"'{text}' is not a version and its share, as in 2:10%")
        if not colon and percent is None:
            raise ValueError(f"'{text}' does not say how many photos the version gets, as in 2:10%")
        return cls(version=version, percent=float(share[:-1]) if colon else percent)

    def __str__(self) -> str:
        return f"{self.version}:{self.percent:g}%"

    def takes(self, key: str) -> bool:
        """Whether the share contains this key. A larger share contains the keys of a smaller one."""
        number = int.from_bytes(hashlib.sha256(f"{self.version} {key}".encode()).digest()[:8])
        return number < self.percent / 100 * 2**64


class Routing(Contract):
    """The operators' choice of versions. By default the newest version answers all photos."""

    pinned: str | None = Field(default=None, description="This version answers, even when newer ones are served")
    canary: TrafficSplit | None = Field(default=None, description="This version answers a share of the photos")
    shadow: TrafficSplit | None = Field(
        default=None, description="This version is asked too, and its answer only compared"
    )
    withdrawn: tuple[str, ...] = Field(default=(), description="Versions that answer no photo")
    held: str | None = Field(
        default=None, description="Was stable when the trial of a canary or a shadow began, and stays so until it ends"
    )

    @property
    def trials(self) -> set[str]:
        """Versions on trial: as canary or as shadow."""
        return {split.version for split in (self.canary, self.shadow) if split}

    @property
    def excluded(self) -> set[str]:
        """Versions that do not answer merely because they are the newest."""
        return {*self.withdrawn, *self.trials}

    def stable(self, served: Iterable[str]) -> str | None:
        """The served version that answers the photos outside the canary's share; None when none may.

        A version that is published during a trial has to wait: nobody has tried it.
        """
        able = [version for version in served if version not in self.withdrawn]
        for chosen in (self.pinned, self.held):
            if chosen in able:
                return chosen
        if self.held and able:
            return min(able, key=int)  # the held version is not served any more
        candidates = [version for version in able if version not in self.excluded]
        before = [version for version in candidates if all(int(version) < int(trial) for trial in self.trials)]
        return newest(before or candidates or able)

    # -- changes ------------------------------------------------------------------------------------------------------

    def with_canary(self, split: TrafficSplit, served: Iterable[str]) -> "Routing":
        """The version answers its share from now on, and today's stable version the rest."""
        return self._with(canary=split, withdrawn=self._without(split.version))._holding(self, split, served)

    def with_shadow(self, split: TrafficSplit, served: Iterable[str]) -> "Routing":
        """The version is compared from now on, and today's stable version stays stable."""
        return self._with(shadow=split, withdrawn=self._without(split.version))._holding(self, split, served)

    def promote(self, version: str) -> "Routing":
        """The version answers all photos from now on."""
        return self._without_trial(version)._with(pinned=version, withdrawn=self._without(version))

    def withdraw(self, version: str) -> "Routing":
        """The version answers no photo from now on."""
        pinned = None if self.pinned == version else self.pinned
        return self._without_trial(version)._with(pinned=pinned, withdrawn=(*self._without(version), version))

    def _without_trial(self, version: str) -> "Routing":
        """The version is neither canary nor shadow."""
        canary, shadow = (None if split and split.version == version else split for split in (self.canary, self.shadow))
        return self._with(canary=canary, shadow=shadow, held=self.held if canary or shadow else None)

    def _holding(self, before: "Routing", split: TrafficSplit, served: Iterable[str]) -> "Routing":
        """The stable version of the first of several trials stays stable until all of them end."""
        running = before.held if before.trials and before.held != split.version else None
        held = running or self._with(held=None).stable(served)
        return self._with(held=held if held != split.version else None)

    def _without(self, version: str) -> tuple[str, ...]:
        return tuple(withdrawn for withdrawn in self.withdrawn if withdrawn != version)

    def _with(self, **changes: object) -> "Routing":
        return self.model_copy(update=changes)


class ActiveVersions(Contract):
    """The versions that answer for a model now, as workers found them on the inference server."""

    model: str
    versions: tuple[str, ...] = Field(description="All served versions, oldest first")
    stable: str = Field(description="Answers the photos outside the canary's share")
    canary: TrafficSplit | None = Field(
        default=None, description="Answers this share of the photos; none without a canary, or when it is not served"
    )
    shadow: TrafficSplit | None = Field(
        default=None, description="Is compared on this share of the photos; none as for the canary"
    )
    withdrawn: tuple[str, ...] = ()

    @classmethod
    def of(cls, model: str, routing: Routing, served: Iterable[str]) -> Self | None:
        """The routing applied to the served versions; None when no version may answer."""
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
        """Versions newer than the stable one that are on no trial: they answer no photo."""
        idle = set(self.versions) - {*self.trials, *self.withdrawn}
        return sorted((version for version in idle if int(version) > int(self.stable)), key=int)

    def version_for(self, key: str) -> str:
        """The version that answers the photo or album with this key."""
        return self.canary.version if self.canary and self.canary.takes(key) else self.stable

    def shadow_for(self, key: str) -> str | None:
        """The version to compare with on the photo or album with this key."""
        return self.shadow.version if self.shadow and self.shadow.takes(key) else None


class Pair(Contract):
    """The scores that two versions gave to one photo."""

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
