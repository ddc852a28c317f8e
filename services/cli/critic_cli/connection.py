"""One connection to a server: who answers there, and how long one insists.

What the server refuses is raised as the error of `critic_core.contracts.errors` that it names.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import httpx

from critic_core.contracts.base import Contract
from critic_core.contracts.errors import CriticError, Overloaded, Problem, ServiceUnavailable

LONGEST_WAIT_SECONDS = 30.0  # what one call of the API may wait for
_ATTEMPTS_WHEN_BROKEN = 3
_FIRST_PAUSE_SECONDS = 0.5
# A proxy for the internet is never meant for this machine.
_NEVER_BY_PROXY: dict[str, httpx.BaseTransport | None] = {
    f"all://{host}": None for host in ("127.0.0.1", "localhost", "[::1]")
}

M = TypeVar("M", bound=Contract)


class NoServer(ServiceUnavailable):
    """Nobody answers at that address."""

    code, title = "no_server", "Nobody answers there"


class NotPhotoCritic(CriticError):
    """What answers at that address does not speak the API of this version of Photo Critic."""

    code, title, permanent = "not_photo_critic", "Something else answers there", True


class Connection:
    """Talks to one server. `patience`: seconds a call may take in all, waiting for a busy server included."""

    def __init__(self, url: str, api_key: str | None, patience: float) -> None:
        self.patience = patience
        self.http = httpx.Client(
            base_url=_address(url),
            headers={"X-API-Key": api_key} if api_key else {},
            timeout=httpx.Timeout(60, connect=5, read=LONGEST_WAIT_SECONDS + 15),
            mounts=_NEVER_BY_PROXY,
        )

    def greet(self) -> None:
        """Raise NoServer at once when nobody answers, NotPhotoCritic when somebody else does."""
        try:
            answer = self.http.get("/livez", timeout=5)
        except httpx.TransportError as error:
            raise NoServer(f"Nobody answers at {self.http.base_url}: {error}") from error
        if not answer.is_success:
            raise NotPhotoCritic

    def insist(self, call: Callable[[], httpx.Response]) -> httpx.Response:
        """Call until it is answered: while patience lasts when the server is busy, a few times when it is broken."""
        deadline, broken = time.monotonic() + self.patience, 0
        while True:
            retry_after = ""
            error: CriticError
            try:
                answer = call()
            except httpx.TransportError as cause:
                error = NoServer(f"Nobody answers at {self.http.base_url}: {cause}")
            else:
                if answer.is_success:
                    return answer
                error, retry_after = error_in(answer), answer.headers.get("Retry-After", "")
            broken += not isinstance(error, Overloaded)
            pause = float(retry_after) if retry_after.isdigit() else _FIRST_PAUSE_SECONDS * 2**broken
            if error.permanent or broken >= _ATTEMPTS_WHEN_BROKEN or time.monotonic() + pause > deadline:
                raise error
            time.sleep(pause)

    def once(self, call: Callable[[], httpx.Response]) -> httpx.Response:
        """Call a single time: what must not be done twice. Raises what the server refuses it with, and NoServer."""
        try:
            answer = call()
        except httpx.TransportError as cause:
            raise NoServer(f"Nobody answers at {self.http.base_url}: {cause}") from cause
        if not answer.is_success:
            raise error_in(answer)
        return answer

    @contextmanager
    def streaming(self, path: str, **told: object) -> Iterator[httpx.Response]:
        """An answer that is read piece by piece. Raises what the server refuses it with, and NoServer."""
        try:
            with self.http.stream("GET", path, **told) as answer:  # type: ignore[arg-type]  # httpx's own options
                if not answer.is_success:
                    answer.read()
                    raise error_in(answer)
                yield answer
        except httpx.TransportError as cause:
            raise NoServer(f"The connection to {self.http.base_url} broke: {cause}") from cause


def read_as(kind: type[M], answer: httpx.Response) -> M:
    """What was answered. NotPhotoCritic when it is something else."""
    try:
        return kind.read(answer.content)
    except ValueError as error:
        raise NotPhotoCritic from error


def error_of(problem: Problem) -> CriticError:
    """The error that a problem document tells of; a code that this version does not know becomes a CriticError."""
    known = {kind.code: kind for kind in _family(CriticError)}
    return known.get(problem.code, CriticError)(problem.detail)


def error_in(answer: httpx.Response) -> CriticError:
    """The error that an answer without success tells of."""
    try:
        return error_of(Problem.read(answer.content))
    except ValueError:
        return NotPhotoCritic(f"{answer.url.copy_with(query=None)} answered {answer.status_code}, without saying why.")


def _family(kind: type[CriticError]) -> Iterator[type[CriticError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _family(child)


def _address(url: str) -> httpx.URL:
    try:
        return httpx.URL(url.rstrip("/"))
    except httpx.InvalidURL as error:
        raise NotPhotoCritic(f"{url} is not the address of a server: {error}.") from error
