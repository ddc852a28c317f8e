"""Concurrent scoring; a bad file affects no other file."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from critic_cli.files.raw_preview import content_of
from critic_cli.options import STANDARD_STREAM
from critic_cli.scoring.outcome import Outcome
from critic_client import Client
from critic_client.photo_files import upload_name
from critic_core.contracts.errors import CriticError, Problem


def score_all(client: Client, files: list[Path], at_a_time: int, model: str | None = None) -> Iterator[Outcome]:
    """Outcomes in the order of completion, by `model` or the server's default model.

    Uploads that have not begun are cancelled when the caller closes the iterator.
    """
    with ThreadPoolExecutor(at_a_time) as pool:
        futures = [pool.submit(_score, client, file, model) for file in files]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _score(client: Client, file: Path, model: str | None) -> Outcome:
    try:
        content = sys.stdin.buffer.read() if file == STANDARD_STREAM else content_of(file)
        photo = client.score(content, upload_name(file), model)
    except CriticError as error:
        return Outcome(file=file, problem=error.problem())
    except OSError as error:
        return Outcome(file=file, problem=_unreadable(error))
    return Outcome(file=file, photo_id=photo.id, critique=photo.critique)


def _unreadable(error: OSError) -> Problem:
    reason = error.strerror or str(error)
    return Problem(
        title="The file cannot be read",
        status=400,
        detail=f"The file cannot be read: {reason}.",
        code="file_unreadable",
        permanent=True,
    )
