"""Tables in Markdown."""

from collections.abc import Iterable, Sequence


def table(header: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    """Pipes and dashes."""
    lines = [tuple(header), tuple("---" for _ in header), *map(tuple, body)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
