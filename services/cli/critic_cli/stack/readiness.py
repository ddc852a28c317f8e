"""The stack's readiness: the gateway's checks, and the banner of a ready stack."""

import os
import sys
import threading
import time
from pathlib import Path
from shutil import which

import httpx
from pydantic import BaseModel

from critic_cli.options import DEFAULT_URL
from critic_cli.stack.prefixed_output import PrefixedOutput

_POLL_SECONDS = 0.3
_REPORT_SECONDS = 30.0


class _Check(BaseModel):
    ok: bool
    detail: str


class _Readiness(BaseModel):
    checks: dict[str, _Check]


def announce_when_ready(url: str, output: PrefixedOutput) -> None:
    """Wait for readiness in a thread; then print the URL and examples."""
    threading.Thread(target=_announce, args=(url, output), daemon=True).start()


def local_client() -> httpx.Client:
    """An HTTP client for this machine: without proxy, with a short timeout."""
    return httpx.Client(timeout=5, trust_env=False)


def missing_parts(url: str, http: httpx.Client) -> str | None:
    """The failed readiness checks of a gateway in a sentence; None when it is ready."""
    try:
        response = http.get(f"{url}/readyz")
        if response.status_code == httpx.codes.OK:
            return None
        checks = _Readiness.model_validate_json(response.content).checks
    except httpx.HTTPError:
        return "the gateway does not answer yet"
    except ValueError:
        return f"another program than Photo Critic answers at {url}"
    return "; ".join(f"{name}: {check.detail}" for name, check in checks.items() if not check.ok)


def _announce(url: str, output: PrefixedOutput) -> None:
    last_report = time.monotonic()
    with local_client() as http:
        while missing := missing_parts(url, http):
            if time.monotonic() - last_report > _REPORT_SECONDS:
                output.write(f"Still starting: {missing}")
                last_report = time.monotonic()
            time.sleep(_POLL_SECONDS)
    for line in _banner(url):
        output.write(line)


def _banner(url: str) -> tuple[str, ...]:
    return (
        "",
        f"Photo Critic is ready: {url}",
        f"  Score a photo:  {_command()} score photo.jpg{_url_option(url)}",
        f"  or by HTTP:     curl -F file=@photo.jpg '{url}/v1/photos?wait=10'",
        "  Stop:           Ctrl-C",
        "",
    )


def _command() -> str:
    """`photo-critic` as the user's shell finds it: by its name, otherwise by its path."""
    script = Path(sys.argv[0])
    if which("photo-critic") or script.name != "photo-critic":
        return "photo-critic"
    relative = os.path.relpath(script)
    return str(script) if relative.startswith("..") else relative


def _url_option(url: str) -> str:
    return "" if url == DEFAULT_URL else f" --url {url}"
