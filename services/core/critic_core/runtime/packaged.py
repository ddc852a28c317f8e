"""Data files in the package: the page and the model repository."""

from importlib.resources import files
from pathlib import Path


def packaged_folder(package: str, folder: str, in_checkout: str) -> Path:
    """The folder in the installed package, or `in_checkout` below the root of a checkout. Raises FileNotFoundError."""
    installed = Path(str(files(package))) / folder
    if installed.is_dir():
        return installed
    for parent in installed.parents:
        if (parent / in_checkout).is_dir() and (parent / "pyproject.toml").is_file():
            return parent / in_checkout
    raise FileNotFoundError(f"neither {installed} nor {in_checkout} in a checkout: the installation is incomplete")
