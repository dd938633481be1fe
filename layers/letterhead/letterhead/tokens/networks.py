"""The source networks from which a token may be used: CIDR blocks of IPv4 and IPv6 (RFC 4632, RFC 4291)."""

from __future__ import annotations

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    collapse_addresses,
    ip_address,
    ip_network,
)
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_NETWORKS = 50
_MAPPED_BITS = 96


class NetworkError(ValueError):
    """A text isn't a network."""


def canonical(texts: Iterable[str]) -> tuple[str, ...]:
    """The networks in their shortest form: none inside another, neighbours joined, IPv4 first.

    An address alone is a network of one. IPv4 written as IPv6 (`::ffff:192.0.2.0/120`, RFC 4291 section 2.5.5.2) is IPv4, as
    callers' addresses are. Raises `NetworkError` for anything else, and for a block with bits set behind its prefix.
    """
    parsed = [_parsed(text) for text in texts]
    fours = collapse_addresses(network for network in parsed if isinstance(network, IPv4Network))
    sixes = collapse_addresses(network for network in parsed if isinstance(network, IPv6Network))
    return (*map(str, fours), *map(str, sixes))


def contain(networks: Sequence[str], source: str) -> bool:
    """Whether an address lies in one of these canonical networks; a text that is no address lies in none."""
    try:
        address = ip_address(source)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(_contains(ip_network(network), address) for network in networks)


def within(narrow: Sequence[str], wide: Sequence[str]) -> bool:
    """Whether every address of `narrow` is one of `wide`; both canonical. No network at all means every address."""
    if not wide:
        return True
    if not narrow:
        return False
    return all(any(_covers(ip_network(large), ip_network(small)) for large in wide) for small in narrow)


def _parsed(text: str) -> IPv4Network | IPv6Network:
    if "%" in text:
        raise NetworkError(text)
    try:
        network = ip_network(text)
    except ValueError as error:
        raise NetworkError(text) from error
    mapped = network.network_address.ipv4_mapped if isinstance(network, IPv6Network) else None
    if mapped is not None and network.prefixlen >= _MAPPED_BITS:
        return IPv4Network((mapped, network.prefixlen - _MAPPED_BITS))
    return network


def _contains(network: IPv4Network | IPv6Network, address: IPv4Address | IPv6Address) -> bool:
    return network.version == address.version and address in network


def _covers(large: IPv4Network | IPv6Network, small: IPv4Network | IPv6Network) -> bool:
    if isinstance(large, IPv4Network):
        return isinstance(small, IPv4Network) and small.subnet_of(large)
    return isinstance(small, IPv6Network) and small.subnet_of(large)
