"""Puts client and contracts into one package of its own name: the wheel shares no file with Photo Critic's."""

import re
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NAME = "photo_critic_client"
CONTRACTS = Path("../core/critic_core/contracts")
RENAMED = ((r"\bcritic_core\.contracts\b", f"{NAME}.contracts"), (r"\bcritic_client\b", NAME))


class ClientBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Copies the modules with new names of their imports."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the package to the wheel."""
        self._folder = tempfile.TemporaryDirectory()
        root, package = Path(self.root), Path(self._folder.name) / NAME
        copy_package(root / "critic_client", package)
        copy_package(root / CONTRACTS, package / "contracts")
        build_data["force_include"][str(package)] = NAME

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Delete the copies."""
        self._folder.cleanup()


def copy_package(source: Path, target: Path) -> None:
    """All modules, renamed inside."""
    for path in [*source.rglob("*.py"), *source.rglob("py.typed")]:
        text = path.read_text("utf-8")
        for pattern, replacement in RENAMED:
            text = re.sub(pattern, replacement, text)
        copy = target / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text, "utf-8")
