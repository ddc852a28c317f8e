"""The versions of a model to serve, by its version policy."""

from pathlib import Path
from typing import Any

from critic_core.contracts.manifest import is_version_folder
from critic_inference.errors import ModelUnusable, RequestRefused

LARGEST_VERSION = 2**63 - 1


def versions_on_disk(folder: Path) -> tuple[int, ...]:
    """The version folders, ascending."""
    names = (path.name for path in folder.iterdir() if path.is_dir())
    return tuple(sorted(int(name) for name in names if is_version_folder(name)))


def latest_count(policy: Any) -> int | None:
    """`num_versions` of a `latest` policy; None for `all` and `specific`."""
    if (policy.WhichOneof("policy_choice") or "latest") != "latest":
        return None
    return policy.latest.num_versions or 1


def served_versions(policy: Any, present: tuple[int, ...]) -> tuple[int, ...]:
    """The versions to load, ascending. Raises ModelUnusable when the policy leaves none."""
    if count := latest_count(policy):
        chosen = present[-count:]
    elif policy.HasField("specific"):
        chosen = tuple(version for version in present if version in policy.specific.versions)
    else:
        chosen = present
    if not chosen:
        raise ModelUnusable("no version folder matches the version policy")
    return chosen


def parse_version(text: str) -> int:
    """A version as a request names it; -1 for "", the newest. Raises RequestRefused."""
    if not text:
        return -1
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= LARGEST_VERSION):
        raise RequestRefused(f"invalid model version specified '{text}', version should be an integral value > 0")
    return int(text)
