"""API keys from settings and from a TOML file."""

from pathlib import Path

import pytest
from tests.unit.gateway.auth.keys import DIGESTS, api_keys, entry, write_keys

from critic_core.contracts.identity import ANONYMOUS


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write_keys(tmp_path, entry("ann", b"alpha", "photos_per_day = 7"), entry("bob", b"beta"))


def test_a_key_without_a_name_is_called_by_its_digest() -> None:
    key = api_keys(api_keys=DIGESTS).find("beta")
    assert key is not None
    assert key.name == key.owner == DIGESTS[1][:12]


@pytest.mark.parametrize("secret", ["gamma", DIGESTS[0], ""])
def test_an_unknown_secret_has_no_key_even_when_it_is_a_digest(secret: str) -> None:
    assert api_keys(api_keys=DIGESTS).find(secret) is None


def test_only_a_gateway_without_keys_is_open_to_all(tmp_path: Path) -> None:
    assert api_keys().open_to_all
    assert not api_keys(api_keys=DIGESTS).open_to_all
    assert not api_keys(api_keys_toml=write_keys(tmp_path)).open_to_all


def test_the_settings_are_the_default_limits_of_an_entry(file: Path) -> None:
    keys = api_keys(api_keys_toml=file, quota_photos_per_day=100, rate_limit_per_second=5)
    found = [keys.find(secret) for secret in ("alpha", "beta")]
    limits = {key.name: (key.photos_per_day, key.requests_per_second) for key in found if key}
    assert limits == {"ann": (7, 5), "bob": (100, 5)}


def test_a_key_owns_photos_by_its_own_name_or_by_the_owner_of_its_entry(tmp_path: Path) -> None:
    entries = entry("ann", b"alpha", 'owner = "studio"'), entry("bob", b"beta")
    keys = api_keys(api_keys_toml=write_keys(tmp_path, *entries))
    found = [keys.find(secret) for secret in ("alpha", "beta")]
    assert [key.owner for key in found if key] == ["studio", "bob"]
    assert api_keys().anonymous.owner == ANONYMOUS


@pytest.mark.parametrize("owner", ["", "two words", "a:b", "a" * 65])
def test_the_name_of_an_owner_is_a_plain_word(tmp_path: Path, owner: str) -> None:
    with pytest.raises(ValueError, match="owner"):
        api_keys(api_keys_toml=write_keys(tmp_path, entry("ann", b"alpha", f'owner = "{owner}"')))


def test_a_rotated_key_has_two_secrets(tmp_path: Path) -> None:
    keys = api_keys(api_keys_toml=write_keys(tmp_path, f"[ann]\nsha256 = {list(DIGESTS)}\n"))
    assert keys.find("alpha") == keys.find("beta") is not None


def test_a_changed_file_is_reloaded_and_a_broken_one_changes_nothing(file: Path) -> None:
    keys = api_keys(api_keys_toml=file)
    file.write_text(entry("eve", b"gamma"))
    assert keys.find("gamma") is not None
    assert keys.find("alpha") is None
    file.write_text("[eve]\nsha256 = 'not a digest'")
    assert keys.find("gamma") is not None
    file.unlink()
    assert keys.find("gamma") is not None


@pytest.mark.parametrize(
    "text",
    ["[ann", "ann = 1", "[ann]\nphotos_per_day = 1", '["a b"]\nsha256 = "x"', entry("ann", b"a", "photos_a_day = 2")],
)
def test_an_invalid_file_stops_the_start(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValueError, match="cannot be used"):
        api_keys(api_keys_toml=write_keys(tmp_path, text))


def test_production_rejects_a_key_without_a_limit(tmp_path: Path) -> None:
    production = {
        "environment": "production",
        "redis_password": "0123456789abcdef",
        "rate_limit_per_second": 10,
        "quota_photos_per_day": 1000,
    }
    limited = write_keys(tmp_path, entry("ann", b"alpha"))
    assert api_keys(**production, api_keys_toml=limited).find("alpha")
    unlimited = write_keys(tmp_path, entry("ann", b"alpha", "photos_per_day = 0"))
    with pytest.raises(ValueError, match="ann"):
        api_keys(**production, api_keys_toml=unlimited)
    assert api_keys(**production, allow_unlimited_keys=True, api_keys_toml=unlimited).find("alpha")
