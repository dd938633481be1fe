"""Which addresses belong to the public internet (IANA special-purpose address registries, RFC 6890, and RFC 4291 section 2.4)."""

from __future__ import annotations

import ipaddress

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

# Python's own tables differ from version to version; these don't.
_SPECIAL_IPV4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
# Mapped, compatible, NAT64, link-local, site-local, unique local and multicast addresses all lie outside of it.
_GLOBAL_IPV6 = ipaddress.IPv6Network("2000::/3")
_SPECIAL_IPV6 = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # Teredo, benchmarking, ORCHID
        "2001:db8::/32",
        "2002::/16",  # 6to4 stands for an IPv4 address
        "3fff::/20",
    )
)

_LOOPBACK_IPV4 = ipaddress.IPv4Network("127.0.0.0/8")
_LOOPBACK_IPV6 = ipaddress.IPv6Address("::1")


def ip_address(text: str) -> IpAddress | None:
    """The address that a text is, in the one usual spelling of IPv4 and without a zone of IPv6; None for anything else."""
    if "%" in text:
        return None
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def is_global_unicast(address: IpAddress) -> bool:
    """Whether a packet to the address can only go to a host on the public internet."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _SPECIAL_IPV4)
    return address in _GLOBAL_IPV6 and not any(address in network for network in _SPECIAL_IPV6)


def is_loopback(address: IpAddress) -> bool:
    """Whether the address is this host's own (RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3); mapped spellings are not."""
    if isinstance(address, ipaddress.IPv4Address):
        return address in _LOOPBACK_IPV4
    return address == _LOOPBACK_IPV6
