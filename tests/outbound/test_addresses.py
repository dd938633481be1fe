"""Which addresses are on the public internet."""

from __future__ import annotations

import pytest

from letterhead.outbound.addresses import ip_address, is_global_unicast, is_loopback

ADDRESSES = [
    # IANA IPv4 special-purpose address registry, first and last of each block
    ("0.0.0.0", False),
    ("0.255.255.255", False),
    ("1.0.0.0", True),
    ("9.255.255.255", True),
    ("10.0.0.0", False),
    ("10.255.255.255", False),
    ("100.63.255.255", True),
    ("100.64.0.0", False),
    ("100.127.255.255", False),
    ("100.128.0.0", True),
    ("127.0.0.1", False),
    ("127.255.255.255", False),
    ("169.254.169.254", False),
    ("169.254.170.2", False),
    ("172.15.255.255", True),
    ("172.16.0.0", False),
    ("172.31.255.255", False),
    ("172.32.0.0", True),
    ("192.0.0.8", False),
    ("192.0.2.1", False),
    ("192.88.99.1", False),
    ("192.168.0.1", False),
    ("198.17.255.255", True),
    ("198.18.0.0", False),
    ("198.19.255.255", False),
    ("198.51.100.7", False),
    ("203.0.113.7", False),
    ("223.255.255.255", True),
    ("224.0.0.1", False),
    ("239.255.255.255", False),
    ("240.0.0.0", False),
    ("255.255.255.255", False),
    # IANA IPv6 special-purpose address registry; RFC 4291 section 2.5
    ("2600:1f18::1", True),
    ("2001:4860:4860::8888", True),
    ("2a00:1450::1", True),
    ("::", False),
    ("::1", False),
    ("::7f00:1", False),
    ("::ffff:127.0.0.1", False),
    ("::ffff:8.8.8.8", False),
    ("::ffff:0:8.8.8.8", False),
    ("64:ff9b::808:808", False),
    ("64:ff9b::7f00:1", False),
    ("64:ff9b:1::1", False),
    ("100::1", False),
    ("2001::1", False),
    ("2001:2::1", False),
    ("2001:20::1", False),
    ("2001:db8::1", False),
    ("2002:7f00:1::1", False),
    ("2002:808:808::1", False),
    ("3fff::1", False),
    ("5f00::1", False),
    ("fc00::1", False),
    ("fd00:ec2::254", False),
    ("fe80::1", False),
    ("fec0::1", False),
    ("ff02::1", False),
    ("4000::1", False),
]


@pytest.mark.parametrize(("text", "expected"), ADDRESSES)
def test_only_global_unicast_addresses_are_on_the_public_internet(text, expected):
    address = ip_address(text)

    assert address is not None
    assert is_global_unicast(address) is expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "localhost",
        "0177.0.0.1",
        "2130706433",
        "127.1",
        "0x7f.0.0.1",
        "1.2.3.4.5",
        "fe80::1%eth0",
        "[::1]",
    ],
)
def test_other_spellings_are_no_addresses(text):
    assert ip_address(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("::ffff:127.0.0.1", False),
        ("128.0.0.1", False),
    ],
)
def test_loopback_is_told_apart(text, expected):
    address = ip_address(text)

    assert address is not None
    assert is_loopback(address) is expected
