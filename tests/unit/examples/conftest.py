"""The interpreters of the plug-ins: Lua 5.1 of Lightroom, Lua 5.4 of darktable."""

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[3] / "examples"
PLUGIN = EXAMPLES / "lightroom" / "photo-critic.lrplugin"


@pytest.fixture(params=["lua51", "lua54"])
def lua(request: pytest.FixtureRequest) -> Any:
    """An interpreter whose `require` finds the plug-in's modules."""
    pytest.importorskip("lupa", reason="lupa is a development tool, which a bare machine lacks")
    runtime = import_module(f"lupa.{request.param}").LuaRuntime(unpack_returned_tuples=True)
    runtime.globals().package.path = f"{PLUGIN}/?.lua"
    return runtime
