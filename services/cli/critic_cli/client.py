"""A small client of the REST API.

    with Client("http://127.0.0.1:8000") as critic:
        print(critic.score(Path("photo.jpg")).critique.score)

        shoot = critic.albums.make("Wedding")
        critic.albums.add(shoot.id, sorted(Path("wedding").glob("*.jpg")))
        critic.albums.wait(shoot.id)
        for photo in critic.albums.selection(shoot.id, keep=60):
            print(photo.rank, photo.file_name, photo.verdict)

What the server refuses is raised as the error of `critic_core.contracts.errors` that it names; `permanent` on it says
whether sending the same again can help. Safe to use from several threads at once.
"""

import json
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

import httpx

from critic_cli.albums import Albums
from critic_cli.connection import LONGEST_WAIT_SECONDS, Connection, NoServer, NotPhotoCritic, error_of, read_as
from critic_cli.sending import name_of, opened
from critic_core.contracts.errors import CriticError
from critic_core.contracts.manifest import Manifest, parse_manifest
from critic_core.contracts.photo import Photo

__all__ = ["Client", "NoAnswerYet", "NoServer", "NotPhotoCritic", "error_of"]


class NoAnswerYet(CriticError):
    """The photo still waits for its critique."""

    code, title = "no_answer_yet", "The photo still waits"


class Client:
    """Talks to one server. `patience`: seconds a call may take in all, waiting for a busy server included."""

    def __init__(self, url: str, api_key: str | None = None, patience: float = 300.0) -> None:
        self._connection = Connection(url, api_key, patience)
        self._http = self._connection.http
        self.albums = Albums(self._connection)

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
        deadline = time.monotonic() + self._connection.patience
        answer = self.upload(photo, file_name, LONGEST_WAIT_SECONDS, model)
        while not answer.state.final:
            if time.monotonic() > deadline:
                raise NoAnswerYet(
                    f"No critique within {self._connection.patience:.0f} s; the photo {answer.id} still waits."
                )
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
            with opened(photo) as content:
                files = {"file": (file_name or name_of(photo), content)}
                return self._http.post("/v1/photos", params=told, files=files, headers=key)

        return read_as(Photo, self._connection.insist(send))

    def photo(self, photo_id: str, wait: float = 0) -> Photo:
        """State and, once there, critique; waits that many seconds (30 at most) for it."""
        return read_as(
            Photo, self._connection.insist(lambda: self._http.get(f"/v1/photos/{photo_id}", params={"wait": wait}))
        )

    def preview(self, photo_id: str) -> bytes:
        """A small JPEG of the photo."""
        return self._connection.insist(lambda: self._http.get(f"/v1/photos/{photo_id}/preview")).content

    def delete(self, photo_id: str) -> None:
        """Make the server forget everything about a photo."""
        self._connection.insist(lambda: self._http.delete(f"/v1/photos/{photo_id}"))

    def models(self) -> list[Manifest]:
        """What is being served."""
        answer = self._connection.insist(lambda: self._http.get("/v1/models"))
        try:
            return [parse_manifest(json.dumps(each)) for each in answer.json()["models"]]
        except (ValueError, KeyError, TypeError) as error:
            raise NotPhotoCritic from error

    def greet(self) -> None:
        """Raise NoServer at once when nobody answers, NotPhotoCritic when somebody else does."""
        self._connection.greet()
