"""Waits until the gateway says that a photo would be answered, and tells what is missing meanwhile."""

import threading
import time

import httpx
from pydantic import BaseModel

from critic_cli.stack.narrator import Narrator

_POLL_SECONDS = 0.3
_TELL_EVERY_SECONDS = 10.0


class _Check(BaseModel):
    ok: bool
    detail: str


class _Readiness(BaseModel):
    checks: dict[str, _Check]


def announce_when_ready(url: str, narrator: Narrator) -> None:
    """Watch in the background until the first time the stack is ready; then say so, and how to use it."""
    threading.Thread(target=_watch, args=(url, narrator), daemon=True).start()


def client() -> httpx.Client:
    """For questions on this machine: no proxy, and soon over."""
    return httpx.Client(timeout=5, trust_env=False)


def what_is_missing(url: str, http: httpx.Client) -> str | None:
    """None when the gateway there is ready, otherwise what it waits for, in a sentence."""
    try:
        answer = http.get(f"{url}/readyz")
        if answer.status_code == httpx.codes.OK:
            return None
        checks = _Readiness.model_validate_json(answer.content).checks
    except httpx.HTTPError:
        return "the gateway does not answer yet"
    except ValueError:
        return f"something else than Photo Critic answers at {url}"
    return "; ".join(f"{name}: {check.detail}" for name, check in checks.items() if not check.ok)


def _watch(url: str, narrator: Narrator) -> None:
    last_told = time.monotonic()
    with client() as http:
        while missing := what_is_missing(url, http):
            if time.monotonic() - last_told > _TELL_EVERY_SECONDS:
                narrator.say(f"Not ready yet: {missing}")
                last_told = time.monotonic()
            time.sleep(_POLL_SECONDS)
    narrator.say("")
    narrator.say(f"Photo Critic is ready: {url}")
    narrator.say(f"Try it:  curl -F file=@photo.jpg '{url}/v1/photos?wait=10'")
    narrator.say("Stop it with Ctrl-C.")
    narrator.say("")
