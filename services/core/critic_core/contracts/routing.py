"""Which version of a model answers a photo: the newest, unless operators say otherwise."""

import hashlib
from collections.abc import Iterable
from typing import Self

from pydantic import Field

from critic_core.contracts.base import Contract


class Share(Contract):
    """A version, and the share of photos that it gets. The same photo or album is always in it, or never."""

    version: str = Field(pattern=r"^[1-9][0-9]*$")
    percent: float = Field(gt=0, le=100)

    @classmethod
    def parse(cls, text: str, percent: float | None = None) -> Self:
        """From `2:10%`, or `2` where a share may be left out. Raises ValueError."""
        version, colon, told = text.strip().partition(":")
        if colon and not told.endswith("%"):
            raise ValueError(f"'{text}' is not a version and its share, as in 2:10%")
        if not colon and percent is None:
            raise ValueError(f"'{text}' does not say how many photos the version gets, as in 2:10%")
        return cls(version=version, percent=float(told[:-1]) if colon else percent)

    def __str__(self) -> str:
        return f"{self.version}:{self.percent:g}%"

    def takes(self, key: str) -> bool:
        """Whether what this key stands for is in the share. A larger share keeps what a smaller one had."""
        number = int.from_bytes(hashlib.sha256(f"{self.version} {key}".encode()).digest()[:8])
        return number < self.percent / 100 * 2**64


class Routing(Contract):
    """What operators wish. Without any wish the newest version answers all photos."""

    pinned: str | None = Field(default=None, description="This version answers, however new others are")
    canary: Share | None = Field(default=None, description="This version answers a share of the photos")
    shadow: Share | None = Field(default=None, description="This version is asked too, and its answer only compared")
    withdrawn: tuple[str, ...] = Field(default=(), description="Versions that answer nobody")
    held: str | None = Field(
        default=None, description="Was stable when the trial of a canary or a shadow began, and stays so until it ends"
    )

    @property
    def trials(self) -> set[str]:
        """Versions that are tried: on some photos, or only compared."""
        return {share.version for share in (self.canary, self.shadow) if share}

    @property
    def aside(self) -> set[str]:
        """Versions that do not answer merely because they are the newest."""
        return {*self.withdrawn, *self.trials}

    def stable(self, served: Iterable[str]) -> str | None:
        """The version, of those that are served, that answers what the canary does not; None when none may.

        While one is tried, one that is published meanwhile waits: nobody has tried it.
        """
        able = [version for version in served if version not in self.withdrawn]
        for chosen in (self.pinned, self.held):
            if chosen in able:
                return chosen
        if self.held and able:
            return min(able, key=int)  # the one that answered is not served any more
        settled = [version for version in able if version not in self.aside]
        before = [version for version in settled if all(int(version) < int(tried) for tried in self.trials)]
        return newest(before or settled or able)

    # -- what operators say -------------------------------------------------------------------------------------------

    def with_canary(self, share: Share, served: Iterable[str]) -> "Routing":
        """That version answers that share from now on, and whoever answers beside it now the rest."""
        return self._with(canary=share, withdrawn=self._without(share.version))._holding(self, share, served)

    def with_shadow(self, share: Share, served: Iterable[str]) -> "Routing":
        """That version is compared from now on, and whoever answers beside it now goes on."""
        return self._with(shadow=share, withdrawn=self._without(share.version))._holding(self, share, served)

    def promote(self, version: str) -> "Routing":
        """That version answers everybody from now on."""
        return self._dropped(version)._with(pinned=version, withdrawn=self._without(version))

    def withdraw(self, version: str) -> "Routing":
        """That version answers nobody from now on."""
        pinned = None if self.pinned == version else self.pinned
        return self._dropped(version)._with(pinned=pinned, withdrawn=(*self._without(version), version))

    def _dropped(self, version: str) -> "Routing":
        """Neither canary nor shadow any more."""
        canary, shadow = (None if share and share.version == version else share for share in (self.canary, self.shadow))
        return self._with(canary=canary, shadow=shadow, held=self.held if canary or shadow else None)

    def _holding(self, before: "Routing", share: Share, served: Iterable[str]) -> "Routing":
        """Who answers beside the first of several trials does so until all of them end."""
        going_on = before.held if before.trials and before.held != share.version else None
        held = going_on or self._with(held=None).stable(served)
        return self._with(held=held if held != share.version else None)

    def _without(self, version: str) -> tuple[str, ...]:
        return tuple(each for each in self.withdrawn if each != version)

    def _with(self, **changed: object) -> "Routing":
        return self.model_copy(update=changed)


class Answering(Contract):
    """Which versions answer for a model now, as workers found it on the inference server."""

    model: str
    versions: tuple[str, ...] = Field(description="Those that are served, oldest first")
    stable: str = Field(description="Answers whatever the canary does not")
    canary: Share | None = Field(default=None, description="Answers this share; None when there is none, or not served")
    shadow: Share | None = Field(default=None, description="Is compared on this share; None as above")
    withdrawn: tuple[str, ...] = ()

    @classmethod
    def of(cls, model: str, routing: Routing, served: Iterable[str]) -> Self | None:
        """What comes of the wishes where these versions are served; None when no version may answer."""
        versions = tuple(sorted(served, key=int))
        stable = routing.stable(versions)
        if stable is None:
            return None

        def here(share: Share | None) -> Share | None:
            return share if share and share.version in versions and share.version != stable else None

        withdrawn = routing.withdrawn
        return cls(
            model=model,
            versions=versions,
            stable=stable,
            canary=here(routing.canary),
            shadow=here(routing.shadow),
            withdrawn=withdrawn,
        )

    @property
    def waiting(self) -> list[str]:
        """Versions newer than the stable one that nobody has wished for yet: they answer nobody."""
        others = set(self.versions) - {*self.beside, *self.withdrawn}
        return sorted((version for version in others if int(version) > int(self.stable)), key=int)

    @property
    def beside(self) -> list[str]:
        """The versions that are asked beside the stable one."""
        return sorted({share.version for share in (self.canary, self.shadow) if share}, key=int)

    def wanted(self, key: str) -> str:
        """The version that a photo with this key is for."""
        return self.canary.version if self.canary and self.canary.takes(key) else self.stable

    def compared(self, key: str) -> str | None:
        """The version whose answer a photo with this key is compared with, if any."""
        return self.shadow.version if self.shadow and self.shadow.takes(key) else None


class Pair(Contract):
    """What two versions said of one photo."""

    photo: str
    score: float
    percentile: float
    pleasing: bool
    other_score: float
    other_percentile: float
    other_pleasing: bool


def newest(versions: Iterable[str]) -> str | None:
    """Of versions, which are numbers."""
    return max(versions, key=int, default=None)
