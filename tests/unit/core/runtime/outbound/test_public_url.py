"""URLs that could be called, and the many that are refused before any lookup."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from critic_core.runtime.outbound.addresses import Address
from critic_core.runtime.outbound.public_url import PublicUrl, UnsafeUrl, check_addresses, parse_public_url

LOOPBACK = (ip_network("127.0.0.0/8"),)
INSIDE = (ip_network("127.0.0.0/8"), ip_network("10.1.0.0/16"))


def test_a_url_becomes_its_parts() -> None:
    url = parse_public_url("HTTPS://Hooks.Example.com/a/b?c=d&e", ())
    assert url == PublicUrl("https", "hooks.example.com", 443, "/a/b?c=d&e", None)
    assert url.authority == "hooks.example.com"


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
    url = parse_public_url(url, ())
    assert (url.host, url.port, url.target, url.authority) == (host, port, target, authority)


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
    with pytest.raises(UnsafeUrl):
        parse_public_url(url, ())


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8080/in", "https://127.0.0.1/", "http://10.1.2.3/", "http://receiver:9000/", "https://box/"],
)
def test_private_networks_that_are_allowed(url: str) -> None:
    assert parse_public_url(url, INSIDE)


@pytest.mark.parametrize(
    "url", ["https://10.2.0.1/", "http://8.8.8.8/", "https://169.254.169.254/", "http://[::ffff:127.0.0.1]/"]
)
def test_allowing_a_network_allows_no_other(url: str) -> None:
    with pytest.raises(UnsafeUrl):
        parse_public_url(url, INSIDE)


@given(st.text(min_size=1, max_size=60))
def test_whatever_is_sent_is_taken_or_refused(text: str) -> None:
    for sent in (text, f"https://{text}/", f"https://example.com/{text}", f"https://{text}.example.com:8443/"):
        try:
            url = parse_public_url(sent, ())
        except UnsafeUrl:
            continue
        assert url.address is None or url.address == ip_address(url.host)
        assert not set(url.host) & set("@/?")
        assert not set(url.host + url.target) & set(" \r\n\t\\#")


def addresses(*texts: str) -> list[Address]:
    return [ip_address(text) for text in texts]


@pytest.mark.parametrize(
    "found",
    [
        ("127.0.0.1",), ("8.8.8.8", "127.0.0.1"), ("2606:4700::1111", "fd00::1"), ("169.254.169.254",),
        ("::ffff:10.0.0.1",), ("fe80::1%eth0",), (),
    ],
)  # fmt: skip
def test_one_private_address_refuses_the_name(found: tuple[str, ...]) -> None:
    with pytest.raises(UnsafeUrl):
        check_addresses(addresses(*found), parse_public_url("https://example.com/", ()), ())


def test_public_addresses_are_called_in_their_order() -> None:
    found = addresses("2606:4700::1111", "8.8.8.8")
    assert check_addresses(found, parse_public_url("https://example.com/", ()), ()) == found


@pytest.mark.parametrize(("found", "taken"), [("127.0.0.1", True), ("8.8.8.8", False), ("10.0.0.1", False)])
def test_plain_http_stays_in_the_allowed_networks(found: str, taken: bool) -> None:
    url = parse_public_url("http://receiver/", LOOPBACK)
    if taken:
        assert check_addresses(addresses(found), url, LOOPBACK) == addresses(found)
        return
    with pytest.raises(UnsafeUrl):
        check_addresses(addresses(found), url, LOOPBACK)
