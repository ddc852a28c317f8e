"""Files that are not Python but travel with it: the page and the model repository."""

from importlib.resources import files
from pathlib import Path


def packaged_folder(package: str, folder: str, in_checkout: str) -> Path:
    """The folder inside the installed package, or else, in a checkout, the one at `in_checkout` below its root.

    Raises FileNotFoundError when neither is there.
    """
    installed = Path(str(files(package))) / folder
    if installed.is_dir():
        return installed
    for parent in installed.parents:
        if (parent / in_checkout).is_dir() and (parent / "pyproject.toml").is_file():
            return parent / in_checkout
    raise FileNotFoundError(f"neither {installed} nor {in_checkout} in a checkout: the installation is incomplete")
