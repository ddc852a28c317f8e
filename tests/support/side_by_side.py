"""Which tests share a process when test processes run in parallel (`make test`, `make test-all`)."""

import re

from xdist.scheduler import LoadScopeScheduling

# Started once for a whole run, and expensive: tests of the same server stay together.
SHARED = {
    "the inference servers": re.compile(r"tests/contract/"),
    "the local stack": re.compile(
        r"tests/e2e/test_(?!flickr_shards|large_album|local_stack|models|overload|tracing|upgrade)"
    ),
    "the containers": re.compile(r"tests/compose/test_(?!bare_machine|config|images)"),
}


class SideBySide(LoadScopeScheduling):
    """A file at a time, as pytest-xdist's `loadfile` does it, but all tests of a shared server as one."""

    def _split_scope(self, nodeid: str) -> str:
        shared = (name for name, files in SHARED.items() if files.match(nodeid))
        return next(shared, nodeid.partition("::")[0])
