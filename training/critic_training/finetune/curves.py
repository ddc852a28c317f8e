"""`curves.csv`: one row a validation, for figure 3 of the paper."""

import csv
from pathlib import Path

from critic_training.runs.atomic_file import atomic_file

CURVES_FILE = "curves.csv"


class Curves:
    """Rows after the iteration that a run resumes from are dropped: they are computed again."""

    def __init__(self, folder: Path, iteration: int) -> None:
        self.file = folder / CURVES_FILE
        self.rows = [row for row in read_curves(self.file) if float(row["iteration"]) <= iteration]
        self._write()

    def add(self, row: dict[str, float]) -> None:
        """Append a row, with the columns of the first row."""
        self.rows.append({name: f"{value:.6g}" for name, value in row.items()})
        self._write()

    def _write(self) -> None:
        if not self.rows:
            self.file.unlink(missing_ok=True)
            return
        with atomic_file(self.file) as new, new.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(self.rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.rows)


def read_curves(file: Path) -> list[dict[str, str]]:
    """Rows of the file; none when it does not exist."""
    if not file.exists():
        return []
    with file.open(newline="", encoding="utf-8") as opened:
        return list(csv.DictReader(opened))
