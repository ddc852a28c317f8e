"""Keeps the processes of the stack running, and takes them down in order.

Everything that changes happens in the main thread, which waits for events: a child died, a signal came.
"""

import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import FrameType

from critic_cli.refusal import Refusal
from critic_cli.stack.child import Child
from critic_cli.stack.narrator import Narrator
from critic_cli.stack.service import Service

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
QUICK_DEATHS_ALLOWED = 5
QUICK_DEATH_SECONDS = 20.0
_FIRST_DELAY, _LONGEST_DELAY = 0.5, 8.0  # seconds from a death to the restart; doubles with each quick death
_GATE_POLL_SECONDS = 0.05


class GaveUp(Refusal):
    """A service dies again and again."""

    exit_code = 1


@dataclass(frozen=True)
class _Death:
    child: Child
    code: int


@dataclass(frozen=True)
class _Signalled:
    number: int


@dataclass
class _Seat:
    """A service's place in the stack, whether it runs just now or not."""

    service: Service
    child: Child | None = None
    started: float = 0.0
    due: float = 0.0
    quick_deaths: int = 0


class Supervisor:
    """Runs services, the first ones first; `record` is told name → pid after every change."""

    def __init__(
        self, services: Sequence[Service], narrator: Narrator, record: Callable[[Mapping[str, int]], None]
    ) -> None:
        self._seats = [_Seat(service) for service in services]
        self._narrator = narrator
        self._record = record
        self._events: SimpleQueue[_Death | _Signalled] = SimpleQueue()

    def run(self) -> None:
        """Blocks until a stop signal; GaveUp when a service cannot be kept running. Nothing is left behind."""
        with self._signals():
            try:
                self._supervise()
            finally:
                self._stop()

    # -- running ------------------------------------------------------------------------------------------------------

    def _supervise(self) -> None:
        while True:
            pause = self._start_what_is_due()
            event = self._next(pause)
            if isinstance(event, _Signalled):
                self._narrator.say(f"Stopping ({signal.Signals(event.number).name}); once more to stop at once.")
                return
            if event is not None:
                self._note_death(event)

    def _start_what_is_due(self) -> float | None:
        """Start in order; returns the seconds to wait for the next start, None when all run."""
        for seat in self._seats:
            wait = seat.due - time.monotonic()
            if seat.child is None and wait > 0:
                return wait
            if seat.child is None:
                self._start(seat)
            if not seat.service.answers():
                return _GATE_POLL_SECONDS
        return None

    def _start(self, seat: _Seat) -> None:
        seat.child = Child(seat.service, self._narrator.say, lambda child, code: self._events.put(_Death(child, code)))
        seat.started = time.monotonic()
        self._tell()

    def _note_death(self, death: _Death) -> None:
        seat = next(seat for seat in self._seats if seat.child is death.child)
        seat.child = None
        self._tell()
        quick = time.monotonic() - seat.started < QUICK_DEATH_SECONDS
        seat.quick_deaths = seat.quick_deaths + 1 if quick else 0
        if seat.quick_deaths >= QUICK_DEATHS_ALLOWED:
            raise GaveUp(
                f"The {seat.service.name} ended {seat.quick_deaths} times shortly after it was started, so "
                f"Photo Critic stops. Its last lines above say why; `photo-critic doctor` checks every part."
            )
        delay = min(_LONGEST_DELAY, _FIRST_DELAY * 2 ** max(0, seat.quick_deaths - 1))
        seat.due = time.monotonic() + delay
        self._narrator.say(f"The {seat.service.name} ended ({_cause(death.code)}); starting it again in {delay:.1f} s.")

    # -- stopping -----------------------------------------------------------------------------------------------------

    def _stop(self) -> None:
        """Front to back, so that nobody loses a service it still needs: gateway first, queue last."""
        for seat in reversed(self._seats):
            if seat.child is not None:
                seat.child.terminate()
                self._await_end(seat, time.monotonic() + seat.service.stop_seconds)
        self._narrator.say("Stopped.")

    def _await_end(self, seat: _Seat, deadline: float) -> None:
        while seat.child is not None:
            event = self._next(max(0.0, deadline - time.monotonic()))
            if isinstance(event, _Death):
                self._note_end(event)
            elif event is None:
                self._narrator.say(f"The {seat.service.name} does not stop by itself: killing it.")
                seat.child.kill()
                deadline = float("inf")
            else:
                self._kill_all()
                deadline = float("inf")

    def _note_end(self, death: _Death) -> None:
        for seat in self._seats:
            if seat.child is death.child:
                seat.child = None
        self._tell()

    def _kill_all(self) -> None:
        for seat in self._seats:
            if seat.child is not None:
                seat.child.kill()

    # -- inside -------------------------------------------------------------------------------------------------------

    def _next(self, seconds: float | None) -> _Death | _Signalled | None:
        try:
            return self._events.get(timeout=None if seconds == float("inf") else seconds)
        except Empty:
            return None

    def _tell(self) -> None:
        self._record({seat.service.name: seat.child.pid for seat in self._seats if seat.child is not None})

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def note(number: int, _: FrameType | None) -> None:
            self._events.put(_Signalled(number))  # SimpleQueue.put is safe in a signal handler

        before = {number: signal.signal(number, note) for number in STOP_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _cause(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
