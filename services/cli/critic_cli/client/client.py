"""The client's calls about photos and models."""

import json
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

import httpx

from critic_cli.client.albums import Albums
from critic_cli.client.errors import CritiquePending, NotPhotoCritic, error_of
from critic_cli.client.multipart import open_photo
from critic_cli.client.retrying_http import LONGEST_WAIT_SECONDS, RetryingHttp, parse
from critic_cli.files.names import upload_name
from critic_core.contracts.manifest import Manifest, parse_manifest
from critic_core.contracts.photo import Photo


class Client:
    """A client of one server. `timeout_seconds`: limit of a call, retries included."""

    def __init__(self, url: str, api_key: str | None = None, timeout_seconds: float = 300.0) -> None:
        self._http = RetryingHttp(url, api_key, timeout_seconds)
        self.albums = Albums(self._http)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.client.close()

    def score(self, photo: Path | bytes, file_name: str | None = None, model: str | None = None) -> Photo:
        """Upload a photo and wait for its critique, by `model` or the server's default model.

        Raises the photo's problem for a photo that failed, CritiquePending after the timeout.
        """
        deadline = time.monotonic() + self._http.timeout_seconds
        result = self.upload(photo, file_name, LONGEST_WAIT_SECONDS, model)
        while not result.state.final:
            if time.monotonic() > deadline:
                raise CritiquePending(
                    f"No critique within {self._http.timeout_seconds:.0f} s; the photo {result.id} is still queued."
                )
            result = self.photo(result.id, wait=LONGEST_WAIT_SECONDS)
        if result.problem is not None:
            raise error_of(result.problem)
        return result

    def upload(
        self, photo: Path | bytes, file_name: str | None = None, wait: float = 0, model: str | None = None
    ) -> Photo:
        """Upload one photo and wait up to `wait` seconds (at most 30) for its critique."""
        key = {"Idempotency-Key": str(uuid4())}  # a retry never makes a second photo
        params = {"wait": wait} | ({"model": model} if model else {})

        def send() -> httpx.Response:
            with open_photo(photo) as content:
                files = {"file": (file_name or upload_name(photo), content)}
                return self._http.client.post("/v1/photos", params=params, files=files, headers=key)

        return parse(Photo, self._http.retry(send))

    def photo(self, photo_id: str, wait: float = 0) -> Photo:
        """The photo with its state, and its critique within `wait` seconds (at most 30)."""
        return parse(Photo, self._http.request("GET", f"/v1/photos/{photo_id}", params={"wait": wait}))

    def preview(self, photo_id: str) -> bytes:
        """A small JPEG of the photo; waits until it is made."""
        return self._http.request("GET", f"/v1/photos/{photo_id}/preview").content

    def delete(self, photo_id: str) -> None:
        """Delete a photo with its critique."""
        self._http.request("DELETE", f"/v1/photos/{photo_id}")

    def models(self) -> list[Manifest]:
        """The manifests of the served models."""
        response = self._http.request("GET", "/v1/models")
        try:
            return [parse_manifest(json.dumps(manifest)) for manifest in response.json()["models"]]
        except (ValueError, KeyError, TypeError) as error:
            raise NotPhotoCritic from error

    def check_server(self) -> None:
        """Raise NoServer when no server answers, NotPhotoCritic for another program. No retries."""
        self._http.check_server()
