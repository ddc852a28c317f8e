"""Checks every pinned package for known vulnerabilities in OSV. Part of `make check`.

Without a connection to OSV nothing is scanned: this is reported, and fails only with CRITIC_AUDIT=required, as in CI
with internet. CRITIC_AUDIT_URL names a mirror. Temporarily accepted advisories are in accepted.toml.
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
from tempfile import TemporaryDirectory
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
    """Number of scanned packages, packages unknown to the index, and advisories."""

    scanned: int
    unknown: tuple[str, ...]
    advisories: tuple[Advisory, ...]


class NotScanned(Exception):
    """The scan failed; the message is the reason."""


def main() -> int:
    """Scan and report; the exit status."""
    try:
        report = parse(run_pip_audit(os.environ.get("CRITIC_AUDIT_URL", OSV)))
    except NotScanned as reason:
        log(f"not scanned for vulnerabilities: {reason}")
        return 1 if os.environ.get("CRITIC_AUDIT") == "required" else 0
    open_advisories = unaccepted(report.advisories, accepted(ACCEPTED.read_text("utf-8"), datetime.now(UTC).date()))
    for advisory in open_advisories:
        log(str(advisory))
    for name in report.unknown:
        log(f"{name}: the index does not know it")
    affected = len({advisory.package for advisory in open_advisories})
    log(f"{report.scanned} packages scanned, {len(open_advisories)} open advisories against {affected} of them")
    return 1 if open_advisories else 0


def run_pip_audit(url: str) -> str:
    """The JSON output of pip-audit, with OSV or a mirror. Raises NotScanned."""
    with TemporaryDirectory() as folder:
        return _run_pip_audit(url, _pins_without_hashes(Path(folder)))


def _pins_without_hashes(folder: Path) -> list[str]:
    """Files of pins: pip-audit rejects a hashed lock beside PyTorch's pin, which has no hash."""
    paths = [folder / Path(name).name for name in PINS]
    for name, path in zip(PINS, paths, strict=True):
        lines = (ROOT / name).read_text("utf-8").splitlines()
        pins = [line.removesuffix(" \\") for line in lines if not line.lstrip().startswith("--hash")]
        path.write_text("\n".join(pins), "utf-8")
    return [str(path) for path in paths]


def _run_pip_audit(url: str, files: list[str]) -> str:
    pins = [word for name in files for word in ("--requirement", name)]
    options = ["--vulnerability-service", "osv", "--osv-url", url, "--timeout", "5", "--progress-spinner", "off"]
    command = [sys.executable, "-m", "pip_audit", *pins, *options, "--no-deps", "--disable-pip", "--format", "json"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603 - no shell
    except subprocess.TimeoutExpired:
        raise NotScanned(f"the index took longer than {SECONDS} s") from None
    if not done.stdout.strip():
        raise NotScanned((done.stderr.strip().splitlines() or ["pip-audit printed nothing"])[-1])
    return done.stdout


def parse(text: str) -> Report:
    """The report in pip-audit's JSON. Raises NotScanned when the index knows no package."""
    packages: list[dict[str, Any]] = json.loads(text)["dependencies"]
    scanned = [package for package in packages if "skip_reason" not in package]
    if not scanned:
        raise NotScanned("the index knows none of the packages")
    found = tuple(advisory for package in scanned for advisory in _advisories(package))
    return Report(len(scanned), tuple(package["name"] for package in packages if "skip_reason" in package), found)


def _advisories(package: dict[str, Any]) -> Iterable[Advisory]:
    for vulnerability in package["vulns"]:
        aliases, fixed = tuple(vulnerability["aliases"]), tuple(vulnerability["fix_versions"])
        yield Advisory(package["name"], package["version"], vulnerability["id"], aliases, fixed)


def accepted(text: str, today: date) -> set[str]:
    """The ids of advisories accepted today. Raises ValueError for an entry without a reason or an end date."""
    ids = set()
    for entry in tomllib.loads(text).get("accepted", []):
        if not entry.get("reason") or not isinstance(entry.get("until"), date):
            raise ValueError(f"accepted.toml: {entry.get('id')} needs a reason and its last day")
        if today <= entry["until"]:
            ids.add(entry["id"])
    return ids


def unaccepted(advisories: Iterable[Advisory], ids: set[str]) -> list[Advisory]:
    """Advisories with neither their id nor an alias accepted."""
    return [advisory for advisory in advisories if ids.isdisjoint((advisory.id, *advisory.aliases))]


def log(sentence: str) -> None:
    """Print a line of the report."""
    sys.stdout.write(f"audit: {sentence}\n")


if __name__ == "__main__":
    sys.exit(main())
