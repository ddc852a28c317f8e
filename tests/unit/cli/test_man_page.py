"""The manual page has every command and option, and troff reads it without a warning."""

import shutil
import subprocess

from tests.support.missing import service_missing

from critic_cli.__main__ import parser
from critic_cli.config import commands_of, options_below
from critic_cli.man_page import man_page


def test_every_command_and_option_is_on_the_page() -> None:
    page = man_page().replace("\\-", "-")
    assert ".SS photo-critic ops backup [OPTIONS] {path}\n" in page
    below = {name: commands_of(command) for name, command in parser().commands.items()}
    commands = [f"{name} {child}".strip() for name, children in below.items() for child in children or ("",)]
    assert [name for name in commands if f".SS photo-critic {name} [OPTIONS]" not in page] == []
    options = list(options_below(parser()))
    assert len(options) > 40
    assert [option.name for option in options if f"\n.B {option.opts[0]}" not in page] == []


def test_troff_reads_the_page() -> None:
    if shutil.which("groff") is None:
        service_missing("groff (Debian: groff-base)")
    command = ["groff", "-man", "-Tutf8", "-ww", "-z"]
    ran = subprocess.run(command, input=man_page(), capture_output=True, text=True, check=True)
    assert ran.stderr == ""
