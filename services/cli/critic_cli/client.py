"""A small client of the REST API.

    with Client("http://127.0.0.1:8000") as critic:
        print(critic.score(Path("photo.jpg")).critique.score)

What the server refuses is raised as the error of `critic_core.contracts.errors` that it names; `permanent` on it says
whether sending the same again can help. Safe to use from several threads at once.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from uuid import uuid4

import httpx

from critic_core.contracts.errors import CriticError, Overloaded, Problem, ServiceUnavailable
from critic_core.contracts.manifest import Manifest, parse_manifest
from critic_core.contracts.photo import Photo

LONGEST_WAIT_SECONDS = 30.0  # what one call of the API may wait for
_ATTEMPTS_WHEN_BROKEN = 3
_FIRST_PAUSE_SECONDS = 0.5
# A proxy for the internet is never meant for this machine.
_NEVER_BY_PROXY: dict[str, httpx.BaseTransport | None] = {
    f"all://{host}": None for host in ("127.0.0.1", "localhost", "[::1]")
}


class NoServer(ServiceUnavailable):
    """Nobody answers at that address."""

    code, title = "no_server", "Nobody answers there"


class NotPhotoCritic(CriticError):
    """What answers at that address does not speak the API of this version of Photo Critic."""

    code, title, permanent = "not_photo_critic", "Something else answers there", True


class NoAnswerYet(CriticError):
    """The photo still waits for its critique."""

    code, title = "no_answer_yet", "The photo still waits"


class Client:
    """Talks to one server. `patience`: seconds a call may take in all, waiting for a busy server included."""

    def __init__(self, url: str, api_key: str | None = None, patience: float = 300.0) -> None:
        self._patience = patience
        self._http = httpx.Client(
            base_url=_address(url),
            headers={"X-API-Key": api_key} if api_key else {},
            timeout=httpx.Timeout(60, connect=5, read=LONGEST_WAIT_SECONDS + 15),
            mounts=_NEVER_BY_PROXY,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def score(self, photo: Path | bytes, file_name: str | None = None, model: str | None = None) -> Photo:
        """Upload a photo and wait for its critique, by that model or else the server's own.

        Raises the photo's problem when it has one.
        """
        deadline = time.monotonic() + self._patience
        answer = self.upload(photo, file_name, LONGEST_WAIT_SECONDS, model)
        while not answer.state.final:
            if time.monotonic() > deadline:
                raise NoAnswerYet(f"No critique within {self._patience:.0f} s; the photo {answer.id} still waits.")
            answer = self.photo(answer.id, wait=LONGEST_WAIT_SECONDS)
        if answer.problem is not None:
            raise error_of(answer.problem)
        return answer

    def upload(
        self, photo: Path | bytes, file_name: str | None = None, wait: float = 0, model: str | None = None
    ) -> Photo:
        """Send one photo; waits that many seconds (30 at most) for its critique. A busy server is asked again."""
        key = {"Idempotency-Key": str(uuid4())}  # so that asking again never makes two photos of one
        told = {"wait": wait} | ({"model": model} if model else {})

        def send() -> httpx.Response:
            with _opened(photo) as content:
                files = {"file": (file_name or _name(photo), content)}
                return self._http.post("/v1/photos", params=told, files=files, headers=key)

        return _photo(self._insist(send))

    def photo(self, photo_id: str, wait: float = 0) -> Photo:
        """State and, once there, critique; waits that many seconds (30 at most) for it."""
        return _photo(self._insist(lambda: self._http.get(f"/v1/photos/{photo_id}", params={"wait": wait})))

    def preview(self, photo_id: str) -> bytes:
        """A small JPEG of the photo."""
        return self._insist(lambda: self._http.get(f"/v1/photos/{photo_id}/preview")).content

    def delete(self, photo_id: str) -> None:
        """Make the server forget everything about a photo."""
        self._insist(lambda: self._http.delete(f"/v1/photos/{photo_id}"))

    def models(self) -> list[Manifest]:
        """What is being served."""
        answer = self._insist(lambda: self._http.get("/v1/models"))
        try:
            return [parse_manifest(json.dumps(each)) for each in answer.json()["models"]]
        except (ValueError, KeyError, TypeError) as error:
            raise NotPhotoCritic from error

    def greet(self) -> None:
        """Raise NoServer at once when nobody answers, NotPhotoCritic when somebody else does."""
        try:
            answer = self._http.get("/livez", timeout=5)
        except httpx.TransportError as error:
            raise NoServer(f"Nobody answers at {self._http.base_url}: {error}") from error
        if not answer.is_success:
            raise NotPhotoCritic

    def _insist(self, call: Callable[[], httpx.Response]) -> httpx.Response:
        """Call until it is answered: while patience lasts when the server is busy, a few times when it is broken."""
        deadline, broken = time.monotonic() + self._patience, 0
        while True:
            retry_after = ""
            error: CriticError
            try:
                answer = call()
            except httpx.TransportError as cause:
                error = NoServer(f"Nobody answers at {self._http.base_url}: {cause}")
            else:
                if answer.is_success:
                    return answer
                error, retry_after = _error_in(answer), answer.headers.get("Retry-After", "")
            broken += not isinstance(error, Overloaded)
            pause = float(retry_after) if retry_after.isdigit() else _FIRST_PAUSE_SECONDS * 2**broken
            if error.permanent or broken >= _ATTEMPTS_WHEN_BROKEN or time.monotonic() + pause > deadline:
                raise error
            time.sleep(pause)


def error_of(problem: Problem) -> CriticError:
    """The error that a problem document tells of; a code that this version does not know becomes a CriticError."""
    known = {kind.code: kind for kind in _family(CriticError)}
    return known.get(problem.code, CriticError)(problem.detail)


def shown_name(path: Path) -> str:
    """A file's name that can be printed and sent, whatever bytes it has on disk."""
    return path.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _family(kind: type[CriticError]) -> Iterator[type[CriticError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _family(child)


def _address(url: str) -> httpx.URL:
    try:
        return httpx.URL(url.rstrip("/"))
    except httpx.InvalidURL as error:
        raise NotPhotoCritic(f"{url} is not the address of a server: {error}.") from error


def _error_in(answer: httpx.Response) -> CriticError:
    try:
        return error_of(Problem.model_validate_json(answer.content))
    except ValueError:
        return NotPhotoCritic(f"{answer.url.copy_with(query=None)} answered {answer.status_code}, without saying why.")


def _photo(answer: httpx.Response) -> Photo:
    try:
        return Photo.model_validate_json(answer.content)
    except ValueError as error:
        raise NotPhotoCritic from error


@contextmanager
def _opened(photo: Path | bytes) -> Iterator[IO[bytes] | bytes]:
    if isinstance(photo, bytes):
        yield photo
        return
    with photo.open("rb") as file:
        yield file


def _name(photo: Path | bytes) -> str:
    return "photo" if isinstance(photo, bytes) else shown_name(photo)
