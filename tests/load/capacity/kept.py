"""What photos cost here, kept from the last time that it was measured."""

from pathlib import Path

from pydantic import TypeAdapter
from tests.load.capacity.costs import Limits
from tests.load.capacity.measuring import machine, measure

KEPT = Path(__file__).parents[3] / ".cache" / "capacity.json"
LIMITS = TypeAdapter(Limits)


def limits_here(kept: Path = KEPT, *, anew: bool = False) -> Limits:
    """What was measured before, else now; of another machine only where its file was named."""
    if kept.exists() and not anew:
        limits = LIMITS.validate_json(kept.read_bytes())
        if kept != KEPT or limits.machine == machine():
            return limits
    limits = measure()
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(LIMITS.dump_json(limits, indent=1))
    return limits
