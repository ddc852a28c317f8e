"""Show and change the active versions of the model, without a restart. `photo-critic model` is the same.

    python -m critic_worker.rollout show
    python -m critic_worker.rollout shadow 2          compare version 2, without effect on results
    python -m critic_worker.rollout compare [--json]  the differences between the two versions
    python -m critic_worker.rollout canary 2:10%      version 2 answers a tenth of the photos
    python -m critic_worker.rollout promote 2         version 2 answers all photos
    python -m critic_worker.rollout rollback          withdraw the canary or the stable version
    python -m critic_worker.rollout reset             return to the settings

Workers follow within two seconds. The command needs the queue and the inference server, and no API key: whoever can
reach those runs the service.
"""

import argparse
import sys
from collections.abc import Callable

from critic_core.contracts.errors import ServiceUnavailable
from critic_worker.rollout.admin import RolloutAdmin, RolloutRefused, make_rollout_admin
from critic_worker.rollout.report import comparison_table, versions_text
from critic_worker.settings import WorkerSettings

Action = Callable[[RolloutAdmin, argparse.Namespace], str]


def main(arguments: list[str] | None = None) -> int:
    """0 when done, 2 when refused or when a service is down."""
    options = _parser().parse_args(arguments)
    try:
        print(options.action(make_rollout_admin(WorkerSettings()), options))  # noqa: T201 - a command prints
    except (RolloutRefused, ServiceUnavailable) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _show(admin: RolloutAdmin, options: argparse.Namespace) -> str:
    versions = admin.active_versions()
    return versions.model_dump_json(indent=2) if options.json else versions_text(versions)


def _compare(admin: RolloutAdmin, options: argparse.Namespace) -> str:
    comparison = admin.compare(options.version)
    return comparison.model_dump_json(indent=2) if options.json else comparison_table(comparison)


def _change(change: Callable[[RolloutAdmin, argparse.Namespace], None]) -> Action:
    """An action that changes the routing and shows the result."""

    def action(admin: RolloutAdmin, options: argparse.Namespace) -> str:
        change(admin, options)
        return versions_text(admin.active_versions())

    return action


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="photo-critic model", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(required=True, metavar="show|shadow|compare|canary|promote|rollback|reset")

    def verb(name: str, action: Action) -> argparse.ArgumentParser:
        subparser = verbs.add_parser(name)
        subparser.set_defaults(action=action)
        return subparser

    show, compare = verb("show", _show), verb("compare", _compare)
    show.add_argument("--json", action="store_true")
    compare.add_argument("version", nargs="?")
    compare.add_argument("--json", action="store_true")
    shadow = _change(lambda admin, options: admin.shadow(options.split))
    verb("shadow", shadow).add_argument("split", metavar="2|2:25%%")
    canary = _change(lambda admin, options: admin.canary(options.split))
    verb("canary", canary).add_argument("split", metavar="2:10%%")
    verb("promote", _change(lambda admin, options: admin.promote(options.version))).add_argument("version")
    rollback = _change(lambda admin, options: admin.rollback(options.version))
    verb("rollback", rollback).add_argument("version", nargs="?")
    verb("reset", _change(lambda admin, _: admin.reset()))
    return parser
