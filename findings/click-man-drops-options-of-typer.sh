#!/bin/sh
# click-man writes manual pages of Typer applications without a single option, and says nothing: Typer carries a copy of
# Click of its own, so that its options are no click.Option.
set -eu
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q typer==0.29.2 click-man==0.6.0
cd "$folder" && ./venv/bin/python - <<'PYTHON'
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import click
import typer
from click_man.core import write_man_pages
from typer.main import get_command

app = typer.Typer()


@app.command()
def show(count: Annotated[int, typer.Option(help="Number of lines.")] = 1) -> None:
    """Shows lines."""


command = get_command(app)
write_man_pages("show", command, version="1", target_dir=".")
page = Path("show.1").read_text()
print("Typer", version("typer"), "click-man", version("click-man"))
print("options of the command:", [option.opts for option in command.params if option.name == "count"])
print("is it a click.Command:", isinstance(command, click.Command))
print(page)
assert any(option.name == "count" for option in command.params), "Typer changed"
assert "Shows lines." in page and "count" not in page, "click-man or Typer changed"
PYTHON
