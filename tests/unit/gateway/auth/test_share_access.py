"""Tokens, PINs and passes of share links."""

from datetime import UTC, datetime, timedelta

from critic_gateway.auth.share_access import hash_pin, is_pass, is_pin, make_pass, new_token, token_digest

LATER = datetime.now(UTC) + timedelta(hours=1)


def test_a_token_has_32_bytes_and_is_stored_as_a_digest() -> None:
    token = new_token()
    assert (len(token), len(token_digest(token))) == (43, 64)
    assert token != new_token()


def test_a_pin_is_hashed_with_a_salt() -> None:
    hashes = [hash_pin("2468"), hash_pin("2468")]
    assert hashes[0] != hashes[1]
    assert [is_pin(pin, stored) for pin in ("2468", "2469", "") for stored in hashes] == [True] * 2 + [False] * 4


def test_a_pass_is_valid_for_one_link_until_it_expires() -> None:
    pin_hash = hash_pin("2468")
    assert is_pass(make_pass(pin_hash, LATER), pin_hash)
    assert not is_pass(make_pass(hash_pin("2468"), LATER), pin_hash)
    assert not is_pass(make_pass(pin_hash, datetime.now(UTC)), pin_hash)


def test_a_forged_pass_is_invalid() -> None:
    pin_hash = hash_pin("2468")
    expiry, _, signature = make_pass(pin_hash, LATER).partition(".")
    for text in ("", ".", f"{int(expiry) + 1}.{signature}", f"{expiry}.", f"²{expiry}.{signature}", f"{expiry}.é"):
        assert not is_pass(text, pin_hash)
