"""All files of a folder through a running Photo Critic: format, verdict, score, size and time of each, then counts.

    python -m tests.load.folder FOLDER --url http://127.0.0.1:8000 [--json table.json]

Whatever the suffix: every file goes. A verdict is `scored`, `damaged` (scored with that note), or a problem's code.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from critic_client import Client
from critic_core.contracts.critique import Critique
from critic_core.contracts.errors import CriticError, PhotoEmpty


@dataclass(frozen=True)
class Row:
    """One file: its bytes, and the product's word on it."""

    file: str
    size_bytes: int
    verdict: str
    seconds: float
    format: str = ""
    score: float | None = None
    size: str = ""
    said: str = ""
    """Notes, or the problem in a sentence."""

    def line(self) -> str:
        """Tab-separated."""
        score = "" if self.score is None else f"{self.score:.1f}"
        return "\t".join((self.file, self.format, self.verdict, score, self.size, f"{self.seconds:.2f}", self.said))


def main() -> None:
    """Print a row per file as soon as it is known, then counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--json", type=Path, help="keep the rows in this file")
    arguments = parser.parse_args()
    print("file\tformat\tverdict\tscore\tsize\tseconds\tsaid")
    with Client(arguments.url) as client:
        rows = list(printed(rows_of(client, arguments.folder)))
    for (kind, verdict), count in sorted(Counter((row.format, row.verdict) for row in rows).items()):
        print(f"# {count} × {kind or 'unread'}: {verdict}")
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(row) for row in rows], indent=1), "utf-8")


def printed(rows: Iterator[Row]) -> Iterator[Row]:
    """The rows, printed on the way."""
    for row in rows:
        print(row.line(), flush=True)
        yield row


def rows_of(client: Client, folder: Path) -> Iterator[Row]:
    """A row for each file below the folder, in the order of paths."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        yield row_of(client, path, str(path.relative_to(folder)))


def row_of(client: Client, path: Path, name: str) -> Row:
    """Score one file."""
    start, size = time.perf_counter(), path.stat().st_size
    try:
        if not size:
            raise PhotoEmpty
        photo = client.score(path)
    except CriticError as error:
        return Row(name, size, error.code, time.perf_counter() - start, said=error.detail)
    assert photo.critique is not None  # a failed photo raises
    return _scored(Row(name, size, "scored", time.perf_counter() - start), photo.critique)


def _scored(row: Row, critique: Critique) -> Row:
    facts = critique.image
    return Row(
        row.file,
        row.size_bytes,
        "damaged" if facts.damaged else row.verdict,
        row.seconds,
        facts.format,
        critique.score,
        f"{facts.width}x{facts.height}",
        "; ".join(facts.notes),
    )


if __name__ == "__main__":
    main()
