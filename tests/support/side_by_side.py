"""Which tests go to one process when test processes run side by side (`make test`)."""

import re

from xdist.scheduler import LoadScopeScheduling

# Started once for a whole run, and dear: what asks for the same one stays together.
SHARED = {
    "the inference servers": re.compile(r"tests/contract/"),
    "the local stack": re.compile(r"tests/e2e/test_(?!flickr_shards|local_stack|models|tracing)"),
}


class SideBySide(LoadScopeScheduling):
    """A file at a time, as pytest-xdist's `loadfile` does it, but all that shares a server as one."""

    def _split_scope(self, nodeid: str) -> str:
        shared = (name for name, files in SHARED.items() if files.match(nodeid))
        return next(shared, nodeid.partition("::")[0])
