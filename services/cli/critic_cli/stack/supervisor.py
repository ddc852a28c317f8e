"""The supervisor of the stack's processes: start in order, restart, stop in order.

All changes happen in the main thread, which waits for events: exits of children, and signals.
"""

import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import FrameType

from critic_cli.errors import CommandError
from critic_cli.stack.child import Child
from critic_cli.stack.prefixed_output import PrefixedOutput
from critic_cli.stack.service import Service

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
MAX_QUICK_EXITS = 5
QUICK_EXIT_SECONDS = 20.0
_FIRST_BACKOFF_SECONDS, _MAX_BACKOFF_SECONDS = 0.5, 8.0  # before a restart; doubles with each quick exit
_POLL_SECONDS = 0.05


class CrashLoop(CommandError):
    """A service crashes repeatedly."""

    exit_code = 1


@dataclass(frozen=True)
class _Exit:
    child: Child
    code: int


@dataclass(frozen=True)
class _StopSignal:
    number: int


@dataclass
class _SupervisedService:
    """A service, its process if it runs, and its restarts."""

    service: Service
    child: Child | None = None
    started: float = 0.0
    due: float = 0.0
    quick_exits: int = 0


class Supervisor:
    """Runs services, started in their order. `record` receives name → pid after each change.

    While `has_room` is False, the disk is full: no service counts as crashed.
    """

    def __init__(
        self,
        services: Sequence[Service],
        output: PrefixedOutput,
        record: Callable[[Mapping[str, int]], None],
        has_room: Callable[[], bool] = lambda: True,
    ) -> None:
        self._services = [_SupervisedService(service) for service in services]
        self._output = output
        self._record = record
        self._has_room = has_room
        self._events: SimpleQueue[_Exit | _StopSignal] = SimpleQueue()

    def run(self) -> None:
        """Run until a stop signal; CrashLoop for a service that crashes repeatedly. Stops all processes at the end."""
        with self._signals():
            try:
                self._supervise()
            finally:
                self._stop()

    # -- running ------------------------------------------------------------------------------------------------------

    def _supervise(self) -> None:
        while True:
            pause = self._start_due()
            event = self._next(pause)
            if isinstance(event, _StopSignal):
                self._output.write(f"Stopping ({signal.Signals(event.number).name}); Ctrl-C again stops at once.")
                return
            if event is not None:
                self._on_exit(event)

    def _start_due(self) -> float | None:
        """Start services in order. Returns the seconds until the next start, None when all run."""
        for supervised in self._services:
            wait = supervised.due - time.monotonic()
            if supervised.child is None and wait > 0:
                return wait
            if supervised.child is None:
                self._start(supervised)
            starting = time.monotonic() - supervised.started < supervised.service.start_seconds
            if starting and not supervised.service.is_up():
                return _POLL_SECONDS
        return None

    def _start(self, supervised: _SupervisedService) -> None:
        supervised.child = Child(
            supervised.service, self._output.write, lambda child, code: self._events.put(_Exit(child, code))
        )
        supervised.started = time.monotonic()
        self._record_pids()

    def _on_exit(self, exited: _Exit) -> None:
        supervised = next(supervised for supervised in self._services if supervised.child is exited.child)
        supervised.child = None
        self._record_pids()
        quick = time.monotonic() - supervised.started < QUICK_EXIT_SECONDS
        supervised.quick_exits = supervised.quick_exits + 1 if quick else 0
        if supervised.quick_exits >= MAX_QUICK_EXITS and self._has_room():
            raise CrashLoop(
                f"The {supervised.service.name} ended {supervised.quick_exits} times shortly after it was started, so "
                f"Photo Critic stops. Its output above has the error; `photo-critic doctor` checks every part."
            )
        delay = min(_MAX_BACKOFF_SECONDS, _FIRST_BACKOFF_SECONDS * 2 ** max(0, supervised.quick_exits - 1))
        supervised.due = time.monotonic() + delay
        self._output.write(
            f"The {supervised.service.name} ended ({_cause(exited.code)}); starting it again in {delay:.1f} s."
        )

    # -- stopping -----------------------------------------------------------------------------------------------------

    def _stop(self) -> None:
        """Stop in reverse order, gateway first, queue last: no service loses one that it still uses."""
        for supervised in reversed(self._services):
            if supervised.child is not None:
                supervised.child.terminate()
                self._wait_for_exit(supervised, time.monotonic() + supervised.service.stop_seconds)
        self._output.write("Stopped.")

    def _wait_for_exit(self, supervised: _SupervisedService, deadline: float) -> None:
        while supervised.child is not None:
            event = self._next(max(0.0, deadline - time.monotonic()))
            if isinstance(event, _Exit):
                self._on_stopped(event)
            elif event is None:
                self._output.write(f"The {supervised.service.name} does not stop: killing it.")
                supervised.child.kill()
                deadline = float("inf")
            else:
                self._kill_all()
                deadline = float("inf")

    def _on_stopped(self, exited: _Exit) -> None:
        for supervised in self._services:
            if supervised.child is exited.child:
                supervised.child = None
        self._record_pids()

    def _kill_all(self) -> None:
        for supervised in self._services:
            if supervised.child is not None:
                supervised.child.kill()

    # -- events -------------------------------------------------------------------------------------------------------

    def _next(self, seconds: float | None) -> _Exit | _StopSignal | None:
        try:
            return self._events.get(timeout=None if seconds == float("inf") else seconds)
        except Empty:
            return None

    def _record_pids(self) -> None:
        children = {supervised.service.name: supervised.child for supervised in self._services}
        try:
            self._record({name: child.pid for name, child in children.items() if child is not None})
        except OSError as error:  # a full disk: the services go on, and the next change is recorded again
            self._output.write(f"The note about the running processes cannot be written: {error.strerror}.")

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def enqueue(number: int, _: FrameType | None) -> None:
            self._events.put(_StopSignal(number))  # SimpleQueue.put is safe in a signal handler

        before = {number: signal.signal(number, enqueue) for number in STOP_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _cause(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
