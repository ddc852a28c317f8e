"""File names in an archive: valid on every system, and unique."""

import re
from pathlib import PurePosixPath

from critic_core.exports.export import Naming

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")  # device names of Windows
_LONGEST = 200


class Names:
    """Assigns unique names."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def assign(self, name: str | None, fallback: str) -> str:
        """The path or name made valid, or `fallback` for an empty result; numbered if already in use."""
        name = safe_path(name or "") or fallback
        path, number = PurePosixPath(name), 1
        while name.casefold() in self._used:  # many file systems ignore case
            number += 1
            name = str(path.with_name(f"{path.stem} ({number}){path.suffix}"))
        self._used.add(name.casefold())
        return name


def safe_path(path: str) -> str:
    """The relative path with valid names; may be empty. Empty names and `..` are left out."""
    return "/".join(filter(None, map(safe, path.replace("\\", "/").split("/"))))


def safe(name: str) -> str:
    """The name without folders, control characters and characters that Windows forbids; may be empty."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = _FORBIDDEN.sub("_", last).strip(" .")
    cut = PurePosixPath(plain)
    short = f"{cut.stem[: _LONGEST - len(cut.suffix[:20])]}{cut.suffix[:20]}" if len(plain) > _LONGEST else plain
    return f"_{short}" if _RESERVED.fullmatch(short) else short


def sidecar_names(name: str, naming: Naming) -> list[str]:
    """Names of the sidecars of the file `name`, which may have folders."""
    adobe, darktable = str(PurePosixPath(name).with_suffix(".xmp")), f"{name}.xmp"
    return {Naming.adobe: [adobe], Naming.darktable: [darktable], Naming.both: [adobe, darktable]}[naming]
