"""Operators' commands of the worker, in a process of their own: the command line imports no service."""

import os
import subprocess
import sys
from collections.abc import Iterable
from importlib.util import find_spec

from critic_cli.errors import CommandError
from critic_cli.stack.data_folder import DataFolder


def run_worker_command(module: str, arguments: Iterable[str], folder: DataFolder) -> int:
    """The exit code of a module of the worker, with the queue of CRITIC_REDIS_URL or of the local stack."""
    if find_spec("tritonclient") is None:
        raise CommandError("This command needs the worker's libraries: `pip install 'photo-critic[local]'`.")
    stack = folder.running_stack()
    addresses = {"CRITIC_REDIS_URL": stack.redis_url, "CRITIC_INFERENCE_URL": stack.inference_grpc} if stack else {}
    command = [sys.executable, "-P", "-m", module, *arguments]
    return subprocess.run(command, env={**addresses, **os.environ}, check=False).returncode  # noqa: S603 - our own module
