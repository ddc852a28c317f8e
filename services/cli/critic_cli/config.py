"""The configuration file: defaults of options, named as on the command line.

url = "https://critic.example"    # of every command with this option

[cull]
keep = 40
"""

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from typer.core import TyperCommand, TyperGroup, TyperOption

from critic_cli.errors import CommandError
from critic_cli.folders import config_folder

VARIABLE = "CRITIC_CONFIG"
Command = TyperCommand | TyperGroup
Table = dict[str, Any]


def load_defaults(group: TyperGroup) -> Table:
    """The parser's map of defaults; empty without a file. CommandError for a file with an unknown key."""
    path = Path(os.environ.get(VARIABLE) or config_folder() / "config.toml")
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} cannot be read: {error}.") from None
    unknown = sorted(_unknown_keys(group, table))
    if unknown:
        raise CommandError(f"{path} has unknown keys: {', '.join(unknown)}. Keys are options without dashes in front.")
    return _defaults_of(group, table)


def options_below(command: Command) -> Iterator[TyperOption]:
    """The options of a command, and of all commands of a group."""
    yield from (parameter for parameter in command.params if isinstance(parameter, TyperOption))
    for child in commands_of(command).values():
        yield from options_below(child)


def _defaults_of(command: Command, table: Table) -> Table:
    """The map of a command by the names of its parameters; a group hands its keys on to its commands."""
    commands = commands_of(command)
    if not commands:
        names = {_key(option): option.name for option in options_below(command)}
        return {str(names[key]): value for key, value in table.items() if key in names}
    shared = {key: value for key, value in table.items() if key not in commands}
    return {name: _defaults_of(child, shared | table.get(name, {})) for name, child in commands.items()}


def _unknown_keys(command: Command, table: Table) -> Iterator[str]:
    """Keys that are neither a command with a table nor an option."""
    commands, options = commands_of(command), {_key(option) for option in options_below(command)}
    for key, value in table.items():
        if key in commands and isinstance(value, dict):
            yield from (f"{key}.{below}" for below in _unknown_keys(commands[key], value))
        elif key in commands or key not in options:
            yield key


def commands_of(command: Command) -> Mapping[str, Command]:
    """The commands of a group; none of a command."""
    return getattr(command, "commands", {})


def _key(option: TyperOption) -> str:
    """`per-scene` of `--per-scene`."""
    return option.opts[0].removeprefix("--")
