"""The user's folders of the command line (XDG Base Directory Specification)."""

import os
from pathlib import Path

_NAME = "photo-critic"


def state_folder() -> Path:
    """The folder for application state."""
    return _base("XDG_STATE_HOME", ".local/state")


def config_folder() -> Path:
    """The folder of the configuration file."""
    return _base("XDG_CONFIG_HOME", ".config")


def _base(variable: str, in_home: str) -> Path:
    return Path(os.environ.get(variable) or Path.home() / in_home) / _NAME
