"""Which servers may be asked: a zone's owner decides where its NS records point, so not every address is one to talk to."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from letterhead.adapters.dns_lookup.system_resolvers import Address

# Addresses with an inner one would get around the check; the others aren't in every Python's tables (RFC 6890, IANA registries).
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_SPECIAL = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "3fff::/20",
        "5f00::/16",
    )
)


def may_be_asked(address: str, *, allow_loopback: bool) -> bool:
    """Whether an address found in DNS may be sent questions: global unicast ones only, and loopback if that is allowed."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if parsed.is_loopback:
        return allow_loopback
    if not parsed.is_global or parsed.is_multicast or parsed.is_reserved:
        return False
    return not any(parsed in network for network in _SPECIAL) and not _stands_for_another(parsed)


def _stands_for_another(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether it is an IPv6 address that stands for an IPv4 one: mapped, 6to4, Teredo or NAT64."""
    if isinstance(address, ipaddress.IPv4Address):
        return False
    inner = address.ipv4_mapped or address.sixtofour or address.teredo
    return inner is not None or address in _NAT64


def usable(addresses: Iterable[str], port: int, *, allow_loopback: bool) -> list[Address]:
    """The addresses of `addresses` that may be asked, without repetitions, with the port to ask at."""
    return [
        (one, port) for one in dict.fromkeys(addresses) if may_be_asked(one, allow_loopback=allow_loopback)
    ]
