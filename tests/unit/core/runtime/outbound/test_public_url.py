"""URLs that could be called, and the many that are refused before anything is looked up."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from critic_core.contracts.errors import InvalidCallbackUrl
from critic_core.runtime.webhooks.callback import Callback, parse_callback

INSIDE = (ip_network("127.0.0.0/8"), ip_network("10.1.0.0/16"))


def test_a_url_becomes_its_parts() -> None:
    callback = parse_callback("HTTPS://Hooks.Example.com/a/b?c=d&e", ())
    assert callback == Callback("https", "hooks.example.com", 443, "/a/b?c=d&e", None)
    assert callback.authority == "hooks.example.com"


@pytest.mark.parametrize(
    ("url", "host", "port", "target", "authority"),
    [
        ("https://example.com", "example.com", 443, "/", "example.com"),
        ("https://example.com:8443?x", "example.com", 8443, "/?x", "example.com:8443"),
        ("https://xn--bcher-kva.example/", "xn--bcher-kva.example", 443, "/", "xn--bcher-kva.example"),
        ("https://8.8.8.8/in", "8.8.8.8", 443, "/in", "8.8.8.8"),
        ("https://[2606:4700::1111]:8443/", "2606:4700::1111", 8443, "/", "[2606:4700::1111]:8443"),
    ],
)
def test_good_urls(url: str, host: str, port: int, target: str, authority: str) -> None:
    callback = parse_callback(url, ())
    assert (callback.host, callback.port, callback.target, callback.authority) == (host, port, target, authority)


@pytest.mark.parametrize(
    "url",
    [
        "", "example.com", "//example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/",
        "javascript:alert(1)", "https:example.com", "https://", "https:///path", "https://?", "https://:443/",
        "http://example.com/",  # plain, and no private network is allowed
        "https://user@example.com/", "https://user:secret@example.com/", "https://example.com@127.0.0.1/",
        "https://example.com/#part", "https://example.com#@127.0.0.1/",
        "https://example.com:0/", "https://example.com:22/", "https://example.com:25/", "https://example.com:99999/",
        "https://example.com:https/", "https://example.com:-1/",
        "https://exa mple.com/", "https://example.com/a b", "https://example.com/\n", "https://example.com/\x00",
        "https://example.com\\@127.0.0.1/", "https://exämple.com/", "https://example。com/", "https://ⓛocalhost/",
        "https://%31%32%37.0.0.1/", "https://example.com%00.evil.com/", "https://-a.example.com/",
        "https://example..com/", "https://example.com./", f"https://{'a' * 64}.com/", f"https://{'a.' * 130}com/",
        "https://example.com/" + "a" * 2048,
        "https://localhost/", "https://redis/", "https://metadata/",  # names of a private network
        # 127.0.0.1 in the forms that some resolvers read: decimal, octal, hexadecimal, short
        "https://2130706433/", "https://017700000001/", "https://0x7f000001/", "https://0x7f.0.0.1/",
        "https://0177.0.0.1/", "https://127.1/", "https://127.0.1/", "https://0/", "https://0x/", "https://1.2.3.4.5/",
        "https://256.256.256.256/", "https://01.02.03.04/",
        "https://127.0.0.1/", "https://0.0.0.0/", "https://10.0.0.1/", "https://169.254.169.254/latest/meta-data/",
        "https://192.168.0.1/", "https://100.64.0.1/", "https://224.0.0.1/", "https://255.255.255.255/",
        "https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/",
        "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/", "https://[2001::1]/", "https://[fe80::1]/",
        "https://[fe80::1%25eth0]/", "https://[fd00::1]/", "https://[v1.x]/", "https://[example.com]/", "https://[/",
    ],
)  # fmt: skip
def test_bad_urls(url: str) -> None:
    with pytest.raises(InvalidCallbackUrl):
        parse_callback(url, ())


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8080/in", "https://127.0.0.1/", "http://10.1.2.3/", "http://receiver:9000/", "https://box/"],
)
def test_private_networks_that_are_allowed(url: str) -> None:
    assert parse_callback(url, INSIDE)


@pytest.mark.parametrize(
    "url", ["https://10.2.0.1/", "http://8.8.8.8/", "https://169.254.169.254/", "http://[::ffff:127.0.0.1]/"]
)
def test_allowing_a_network_allows_no_other(url: str) -> None:
    with pytest.raises(InvalidCallbackUrl):
        parse_callback(url, INSIDE)


@given(st.text(min_size=1, max_size=60))
def test_whatever_is_sent_is_taken_or_refused(text: str) -> None:
    for url in (text, f"https://{text}/", f"https://example.com/{text}", f"https://{text}.example.com:8443/"):
        try:
            callback = parse_callback(url, ())
        except InvalidCallbackUrl:
            continue
        assert callback.address is None or callback.address == ip_address(callback.host)
        assert not set(callback.host) & set("@/?")
        assert not set(callback.host + callback.target) & set(" \r\n\t\\#")
