"""The TypeScript client has the calls of the Python client."""

import re
from pathlib import Path

import pytest

from critic_client import Albums, Client
from critic_client.synchronous.batches import Batches
from critic_client.synchronous.taste import TasteCalls

SOURCES = Path(__file__).parents[3] / "services" / "client-js" / "src"
OTHER_NAMES = {"export_chunks": "exportStream"}


@pytest.mark.parametrize(
    ("python", "file"), [(Client, "index.ts"), (Albums, "albums.ts"), (Batches, "batches.ts"), (TasteCalls, "taste.ts")]
)
def test_every_call_is_there(python: type, file: str) -> None:
    text = (SOURCES / file).read_text("utf-8")
    methods = set(re.findall(r"^  (?:async )?\*?(\w+)\(", text, re.MULTILINE))
    calls = [name for name in vars(python) if not name.startswith("_")]
    assert len(calls) > 3
    names = {OTHER_NAMES.get(call, re.sub(r"_(\w)", lambda letter: letter[1].upper(), call)) for call in calls}
    assert names - methods == set()
