"""Asks OSV what is known against every pinned package. `make check` runs it.

Where the index does not answer, as on a machine without a way out, nothing is scanned: that is said, and fails only
where CRITIC_AUDIT=required, as in CI with a way out. CRITIC_AUDIT_URL names a mirror of the index. What is accepted
for a while stands in accepted.toml.
"""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PINS = ("requirements.lock", "training/torch-cpu.txt")
ACCEPTED = Path(__file__).with_name("accepted.toml")
OSV = "https://api.osv.dev/v1/query"
SECONDS = 120


@dataclass(frozen=True)
class Advisory:
    """One vulnerability of one pinned package."""

    package: str
    version: str
    id: str
    aliases: tuple[str, ...]
    fixed: tuple[str, ...]

    def __str__(self) -> str:
        fix = f"fixed in {', '.join(self.fixed)}" if self.fixed else "not fixed yet"
        return f"{self.package} {self.version}: {', '.join((self.id, *self.aliases))}, {fix}"


@dataclass(frozen=True)
class Report:
    """How many packages were looked up, and what is known against them."""

    scanned: int
    passed_over: tuple[str, ...]
    advisories: tuple[Advisory, ...]


class NotScanned(Exception):
    """The index did not answer; its text says why."""


def main() -> int:
    """Ask and tell; the exit status."""
    try:
        report = parse(ask(os.environ.get("CRITIC_AUDIT_URL", OSV)))
    except NotScanned as why:
        say(f"not scanned for vulnerabilities: {why}")
        return 1 if os.environ.get("CRITIC_AUDIT") == "required" else 0
    open_ones = unaccepted(report.advisories, accepted(ACCEPTED.read_text("utf-8"), datetime.now(UTC).date()))
    for advisory in open_ones:
        say(str(advisory))
    for name in report.passed_over:
        say(f"{name}: the index does not know it")
    against = len({advisory.package for advisory in open_ones})
    say(f"{report.scanned} packages scanned, {len(open_ones)} open advisories against {against} of them")
    return 1 if open_ones else 0


def ask(url: str) -> str:
    """What pip-audit prints as JSON, by OSV or a mirror of it. Raises NotScanned."""
    pins = [word for name in PINS for word in ("--requirement", name)]
    options = ["--vulnerability-service", "osv", "--osv-url", url, "--timeout", "5", "--progress-spinner", "off"]
    command = [sys.executable, "-m", "pip_audit", *pins, *options, "--no-deps", "--disable-pip", "--format", "json"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603 - words, and no shell
    except subprocess.TimeoutExpired:
        raise NotScanned(f"the index took longer than {SECONDS} s") from None
    if not done.stdout.strip():
        raise NotScanned((done.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1])
    return done.stdout


def parse(text: str) -> Report:
    """The report in pip-audit's JSON. Raises NotScanned when every package was passed over."""
    packages: list[dict[str, Any]] = json.loads(text)["dependencies"]
    scanned = [each for each in packages if "skip_reason" not in each]
    if not scanned:
        raise NotScanned("the index knows none of the packages")
    found = tuple(advisory for package in scanned for advisory in _advisories(package))
    return Report(len(scanned), tuple(each["name"] for each in packages if "skip_reason" in each), found)


def _advisories(package: dict[str, Any]) -> Iterable[Advisory]:
    for each in package["vulns"]:
        told = (each["id"], tuple(each["aliases"]), tuple(each["fix_versions"]))
        yield Advisory(package["name"], package["version"], *told)


def accepted(text: str, today: date) -> set[str]:
    """The ids of advisories that are accepted today. Raises ValueError for one without a reason or an end."""
    ids = set()
    for each in tomllib.loads(text).get("accepted", []):
        if not each.get("reason") or not isinstance(each.get("until"), date):
            raise ValueError(f"accepted.toml: {each.get('id')} needs a reason and the day until which it holds")
        if today <= each["until"]:
            ids.add(each["id"])
    return ids


def unaccepted(advisories: Iterable[Advisory], ids: set[str]) -> list[Advisory]:
    """Those of which neither the id nor another name of it is accepted."""
    return [each for each in advisories if ids.isdisjoint((each.id, *each.aliases))]


def say(sentence: str) -> None:
    """To whoever runs this."""
    sys.stdout.write(f"audit: {sentence}\n")


if __name__ == "__main__":
    sys.exit(main())
