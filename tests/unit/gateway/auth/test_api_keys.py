"""API keys: who is let in, and by what name."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.requests import HTTPConnection

from critic_core.contracts.errors import MissingApiKey, InvalidApiKey
from critic_gateway.auth.api_keys import ANYBODY, ApiKey, Keyring
from critic_gateway.auth.authenticate import caller
from critic_gateway.settings import GatewaySettings

DIGESTS = tuple(hashlib.sha256(key).hexdigest() for key in (b"alpha", b"beta"))


def asking(**headers: str) -> HTTPConnection:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return HTTPConnection({"type": "http", "headers": raw})


def keyring(**settings: object) -> Keyring:
    return Keyring.of(GatewaySettings.model_validate(settings))


def entry(name: str, key: bytes, *lines: str) -> str:
    return "\n".join([f"[{name}]", f'sha256 = "{hashlib.sha256(key).hexdigest()}"', *lines, ""])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "keys.toml"
    path.write_text(entry("ann", b"alpha", "photos_per_day = 7") + entry("bob", b"beta"))
    return path


def found(ring: Keyring, key: str) -> ApiKey:
    return caller(asking(x_api_key=key), ring)


def test_without_keys_anybody_comes_in() -> None:
    assert caller(asking(), keyring()).name == ANYBODY


@pytest.mark.parametrize("headers", [{"x_api_key": "beta"}, {"authorization": "Bearer beta"}])
def test_a_key_without_a_name_is_called_by_its_digest(headers: dict[str, str]) -> None:
    assert caller(asking(**headers), keyring(api_keys=DIGESTS)).name == DIGESTS[1][:12]


@pytest.mark.parametrize("headers", [{}, {"authorization": "Basic beta"}, {"authorization": "Bearer "}])
def test_no_key_is_told_apart(headers: dict[str, str]) -> None:
    with pytest.raises(MissingApiKey):
        caller(asking(**headers), keyring(api_keys=DIGESTS))


@pytest.mark.parametrize("key", ["gamma", DIGESTS[0]])
def test_a_wrong_key_stays_out_even_when_it_is_the_digest(key: str) -> None:
    with pytest.raises(InvalidApiKey):
        found(keyring(api_keys=DIGESTS), key)


def test_an_entry_has_its_own_limits_and_otherwise_those_of_the_settings(file: Path) -> None:
    ring = keyring(keyring=file, quota_photos_per_day=100, rate_limit_per_second=5)
    told = {
        key.name: (key.photos_per_day, key.requests_per_second) for key in (found(ring, "alpha"), found(ring, "beta"))
    }
    assert told == {"ann": (7, 5), "bob": (100, 5)}


def test_a_key_is_replaced_by_the_next_under_the_same_name(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    path.write_text(f"[ann]\nsha256 = {list(DIGESTS)}\n")
    ring = keyring(keyring=path)
    assert found(ring, "alpha") == found(ring, "beta")


def test_a_key_ends(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    now = datetime.now(UTC)
    for key, days in ((b"alpha", 1), (b"beta", -1)):
        with path.open("a") as lines:
            lines.write(entry(key.decode(), key, f"expires = {(now + timedelta(days=days)).isoformat()}"))
    ring = keyring(keyring=path)
    assert found(ring, "alpha").name == "alpha"
    with pytest.raises(InvalidApiKey, match="valid until"):
        found(ring, "beta")


def test_a_changed_file_counts_at_once_and_a_broken_one_locks_nobody_out(file: Path) -> None:
    ring = keyring(keyring=file)
    file.write_text(entry("eve", b"gamma"))
    assert found(ring, "gamma").name == "eve"
    with pytest.raises(InvalidApiKey):
        found(ring, "alpha")
    file.write_text("[eve]\nsha256 = 'not a digest'")
    assert found(ring, "gamma").name == "eve"
    file.unlink()
    assert found(ring, "gamma").name == "eve"


@pytest.mark.parametrize(
    "text",
    ["[ann", "ann = 1", "[ann]\nphotos_per_day = 1", '["a b"]\nsha256 = "x"', entry("ann", b"a", "photos_a_day = 2")],
)
def test_a_file_that_cannot_be_used_lets_no_gateway_start(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match="cannot be used"):
        keyring(keyring=path)


def test_an_empty_file_lets_nobody_in(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    path.touch()
    with pytest.raises(MissingApiKey):
        caller(asking(), keyring(keyring=path))
