"""`photo-critic` without the libraries of its command line."""

import subprocess
import sys
from importlib.metadata import version

BLOCKED = (
    "import sys; sys.modules['typer'] = None; sys.argv = ['photo-critic', *{arguments}]; "
    "from critic_cli.entry import main; main()"
)


def run_without_libraries(*arguments: str) -> "subprocess.CompletedProcess[str]":
    code = BLOCKED.format(arguments=list(arguments))
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_the_version_is_printed() -> None:
    ran = run_without_libraries("--version")
    assert (ran.returncode, ran.stdout) == (0, f"photo-critic {version('photo-critic')}\n"), ran.stderr


def test_every_command_is_a_sentence_with_the_remedy() -> None:
    ran = run_without_libraries("score", "photo.jpg")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "pip install 'photo-critic[cli]'" in ran.stderr
    assert "Traceback" not in ran.stderr
