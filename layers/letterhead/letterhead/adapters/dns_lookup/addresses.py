"""Which servers may be asked: a zone's owner decides where its NS records point, so not every address is one to talk to."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from letterhead.adapters.dns_lookup.system_resolvers import Address


def may_be_asked(address: str, *, allow_loopback: bool) -> bool:
    """Whether an address found in DNS may be sent questions: global unicast ones only, and loopback if that is allowed."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and _inner(parsed) is not None:
        return False
    if parsed.is_loopback:
        return allow_loopback
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for (mapped, 6to4 or NAT64), which would get around the check."""
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def usable(addresses: Iterable[str], port: int, *, allow_loopback: bool) -> list[Address]:
    """The addresses of `addresses` that may be asked, without repetitions, with the port to ask at."""
    return [
        (one, port) for one in dict.fromkeys(addresses) if may_be_asked(one, allow_loopback=allow_loopback)
    ]
