"""Which addresses of a zone's servers may be sent questions."""

from __future__ import annotations

import pytest

from letterhead.adapters.dns_lookup.addresses import may_be_asked, usable

ADDRESSES = [
    # IANA special-purpose address registries (RFC 6890)
    ("8.8.8.8", True),
    ("2001:4860:4860::8888", True),
    ("10.1.2.3", False),
    ("172.16.0.1", False),
    ("192.168.1.1", False),
    ("169.254.169.254", False),
    ("100.64.0.1", False),
    ("192.0.2.1", False),
    ("192.0.0.8", False),
    ("198.18.0.1", False),
    ("224.0.0.251", False),
    ("240.0.0.1", False),
    ("255.255.255.255", False),
    ("0.0.0.0", False),
    ("fc00::1", False),
    ("fe80::1", False),
    ("ff02::fb", False),
    ("::", False),
    ("2001:db8::1", False),
    ("::ffff:10.0.0.1", False),
    ("::ffff:8.8.8.8", False),
    ("64:ff9b::a00:1", False),
    ("2002:a00:1::1", False),
    ("not an address", False),
    ("fe80::1%eth0", False),
]


@pytest.mark.parametrize(("address", "expected"), ADDRESSES)
@pytest.mark.parametrize("allow_loopback", [False, True])
def test_only_global_addresses_may_be_asked(address, expected, allow_loopback):
    assert may_be_asked(address, allow_loopback=allow_loopback) is expected


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1"])
@pytest.mark.parametrize("allow_loopback", [False, True])
def test_loopback_may_be_asked_only_where_that_is_allowed(address, allow_loopback):
    assert may_be_asked(address, allow_loopback=allow_loopback) is allow_loopback


def test_repeated_addresses_count_once():
    found = usable(["8.8.8.8", "10.0.0.1", "8.8.8.8"], 53, allow_loopback=False)
    assert found == [("8.8.8.8", 53)]
