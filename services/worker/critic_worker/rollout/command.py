"""Which version of the model answers: shown, and changed without a restart. `photo-critic model` is the same.

    python -m critic_worker.rollout.command show
    python -m critic_worker.rollout.command shadow 2          asked too, answers nobody
    python -m critic_worker.rollout.command drift [--json]    how the two differ
    python -m critic_worker.rollout.command canary 2:10%      answers a tenth of the photos
    python -m critic_worker.rollout.command promote 2         answers everybody
    python -m critic_worker.rollout.command rollback          the newcomer answers nobody any more, the version before does
    python -m critic_worker.rollout.command reset             the settings count again

Workers take it up within two seconds. It needs the queue and the inference server, and no API key: whoever can reach
those runs the service.
"""

import argparse
import sys
from collections.abc import Callable

from critic_core.contracts.errors import ServiceUnavailable
from critic_core.contracts.routing import Answering, Routing, Share, newest
from critic_core.stores.jobs import connect
from critic_core.stores.routing import RoutingStore
from critic_worker.inference.client import InferenceClient
from critic_worker.rollout.drift import Drift, drift_of
from critic_worker.rollout.report import sentences, table
from critic_worker.settings import WorkerSettings


class Refused(Exception):
    """What was asked for cannot be done; the message says why."""


class Desk:
    """Where wishes about one model are taken."""

    def __init__(self, settings: WorkerSettings) -> None:
        self.model, self._settings = settings.model, settings
        self._store = RoutingStore(connect(settings.redis_url))

    def routing(self) -> Routing:
        """What is wished now."""
        return self._store.wished(self.model) or self._settings.routing

    def answering(self) -> Answering:
        """Who answers now. Raises Refused where nobody may."""
        found = Answering.of(self.model, self.routing(), self.served())
        if found is None:
            raise Refused(f"No version of {self.model} that is served may answer: all are withdrawn.")
        return found

    def served(self) -> list[str]:
        """The versions on the inference server."""
        settings = self._settings
        client = InferenceClient(settings.inference_url, self.model, settings.inference_timeout_seconds)
        try:
            return client.versions()
        finally:
            client.close()

    def wish(self, routing: Routing | None) -> None:
        """Make it count."""
        self._store.wish(self.model, routing)

    def drift(self, version: str, other: str) -> Drift:
        """How the two versions differ, as far as both were asked."""
        return drift_of(self.model, version, other, self._store.pairs(self.model, version, other))


def shadow(desk: Desk, told: argparse.Namespace) -> None:
    """May be wished before the version is published: then it never answers by merely being the newest."""
    desk.wish(desk.routing().with_shadow(_share(told.share, 100), desk.served()))


def canary(desk: Desk, told: argparse.Namespace) -> None:
    """May be wished before the version is published, too."""
    desk.wish(desk.routing().with_canary(_share(told.share), desk.served()))


def promote(desk: Desk, told: argparse.Namespace) -> None:
    """Refused for a version that is not served."""
    if told.version not in (served := desk.served()):
        raise Refused(f"Version {told.version} is not served; there are: {', '.join(served)}.")
    desk.wish(desk.routing().promote(told.version))


def rollback(desk: Desk, told: argparse.Namespace) -> None:
    """The canary where there is one, else the version that answers. Refused when no other one could answer.

    Who answers then has answered before: a version that waits, since nobody has tried it, is not put in its place.
    """
    now = desk.answering()
    leaving = told.version or (now.canary.version if now.canary else now.stable)
    wished = desk.routing().withdraw(leaving)
    able = [version for version in now.versions if version not in wished.withdrawn]
    if not able:
        raise Refused(f"Version {leaving} cannot be withdrawn: no other version is served that may answer.")
    before = now.stable if leaving != now.stable else newest(each for each in able if int(each) < int(leaving))
    desk.wish(wished.promote(before) if before and before != wished.stable(now.versions) else wished)


def reset(desk: Desk, _: argparse.Namespace) -> None:
    """Forget every wish."""
    desk.wish(None)


def drift(desk: Desk, told: argparse.Namespace) -> None:
    """The shadow, or else the newest version beside it, against the one that answers."""
    now = desk.answering()
    other = told.version or (now.shadow.version if now.shadow else newest(set(now.versions) - {now.stable}))
    if other is None:
        raise Refused(f"There is no version beside {now.stable} to compare it with.")
    found = desk.drift(now.stable, other)
    print(found.model_dump_json(indent=2) if told.json else table(found))  # noqa: T201 - a command prints


def show(desk: Desk, told: argparse.Namespace) -> None:
    """What comes of it."""
    now = desk.answering()
    print(now.model_dump_json(indent=2) if getattr(told, "json", False) else sentences(now))  # noqa: T201 - a command prints


def main(arguments: list[str] | None = None) -> int:
    """0 when done, 2 when it could not be done as asked."""
    told = _parser().parse_args(arguments)
    try:
        desk = Desk(WorkerSettings())
        told.act(desk, told)
        if told.act not in (show, drift):
            show(desk, told)
    except (Refused, ServiceUnavailable) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="photo-critic model", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(required=True, metavar="show|shadow|drift|canary|promote|rollback|reset")

    def verb(act: Callable[[Desk, argparse.Namespace], None]) -> argparse.ArgumentParser:
        made = verbs.add_parser(act.__name__)
        made.set_defaults(act=act)
        return made

    verb(shadow).add_argument("share", metavar="2|2:25%%")
    verb(canary).add_argument("share", metavar="2:10%%")
    verb(promote).add_argument("version")
    verb(rollback).add_argument("version", nargs="?")
    verb(reset)
    verb(show).add_argument("--json", action="store_true")
    compared = verb(drift)
    compared.add_argument("version", nargs="?")
    compared.add_argument("--json", action="store_true")
    return parser


def _share(text: str, percent: float | None = None) -> Share:
    try:
        return Share.parse(text, percent)
    except ValueError as error:
        raise Refused(f"'{text}' is not a version and its share, as in 2:10%.") from error


if __name__ == "__main__":
    sys.exit(main())
