"""Where an outbound request may go: which names, which ports, which addresses."""

from __future__ import annotations

import ipaddress
from enum import StrEnum
from typing import TYPE_CHECKING

from letterhead.outbound.addresses import IpAddress, IpNetwork, ip_address, is_global_unicast, is_loopback
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Iterable

# RFC 6761, RFC 6762, RFC 7686, RFC 8375, RFC 9476, ICANN's `internal`, and what offices and routers call their own networks.
_INSIDE = frozenset(
    {
        "alt",
        "corp",
        "domain",
        "home",
        "home.arpa",
        "internal",
        "intranet",
        "invalid",
        "lan",
        "local",
        "localdomain",
        "onion",
        "private",
        "workgroup",
    }
)
_LOOPBACK_NAME = "localhost"
# No parameter opens these: they are the host itself, its link, or AWS's metadata and time services (fd00:ec2::/32).
_NEVER_NAMED = tuple(
    ipaddress.ip_network(network)
    for network in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3", "fd00:ec2::/32")
)
_NAMEABLE_IPV6 = (ipaddress.IPv6Network("2000::/3"), ipaddress.IPv6Network("fc00::/7"))


class Reason(StrEnum):
    """Why a request may not be made."""

    URL = "url"  # no URL at all, or one that programs read differently
    SCHEME = "scheme"
    CREDENTIALS = "credentials"
    FRAGMENT = "fragment"
    PORT = "port"
    HOST = "host"  # a host name that can't be one, or that belongs to no public network
    ADDRESS = "address"


class NotAllowedError(Exception):
    """A request that isn't made, because of its URL or of the addresses that DNS gives for its host."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(_WORDS[reason])
        self.reason = reason


_WORDS = {
    Reason.URL: "The URL is malformed.",
    Reason.SCHEME: "The URL must begin with https://.",
    Reason.CREDENTIALS: "The URL must not contain a user name or password.",
    Reason.FRAGMENT: "The URL must not contain a fragment (#).",
    Reason.PORT: "The URL's port is not allowed.",
    Reason.HOST: "The URL's host must be a public host name.",
    Reason.ADDRESS: "The URL's host must have public addresses only.",
}


@value_type
class Rules:
    """What a deployment allows. `networks` are named private ones; `emulated`: this is the local cloud, where loopback is open,
    on any port and without TLS."""

    ports: frozenset[int] = frozenset({443})
    networks: tuple[IpNetwork, ...] = ()
    emulated: bool = False

    def check_host(self, host: str) -> None:
        """A host name in lower case or an address, before anything is asked of DNS. Raises `NotAllowedError`."""
        address = ip_address(host)
        if address is not None:
            if not self._allows(address):
                raise NotAllowedError(Reason.ADDRESS)
            return
        labels = host.split(".")
        if labels[-1] == _LOOPBACK_NAME:
            if not self.emulated:
                raise NotAllowedError(Reason.HOST)
        elif self.networks:
            return  # private networks have private names; their addresses decide
        elif len(labels) < 2 or labels[-1] in _INSIDE or ".".join(labels[-2:]) in _INSIDE:
            raise NotAllowedError(Reason.HOST)

    def check_addresses(self, addresses: Iterable[str], *, scheme: str, port: int) -> None:
        """All addresses of a host. One that isn't allowed spoils the others: whoever gives such an answer wants it to be used.

        Raises `NotAllowedError`.
        """
        found = [ip_address(address) for address in addresses]
        if not all(address is not None and self._allows(address) for address in found):
            raise NotAllowedError(Reason.ADDRESS)
        if self.emulated and all(address is not None and is_loopback(address) for address in found):
            return
        if scheme != "https":
            raise NotAllowedError(Reason.SCHEME)
        if port not in self.ports:
            raise NotAllowedError(Reason.PORT)

    def check_scheme_and_port(self, scheme: str, port: int) -> None:
        """What can be said of scheme and port while the addresses aren't known. Raises `NotAllowedError`."""
        if scheme not in ("https", "http") or (scheme == "http" and not self.emulated):
            raise NotAllowedError(Reason.SCHEME)
        if port not in self.ports and not self.emulated:
            raise NotAllowedError(Reason.PORT)

    def _allows(self, address: IpAddress) -> bool:
        if is_global_unicast(address):
            return True
        if self.emulated and is_loopback(address):
            return True
        return any(address in network for network in self.networks) and self._may_be_named(address)

    def _may_be_named(self, address: IpAddress) -> bool:
        if self.emulated and address.is_link_local:
            return True
        if any(address in network for network in _NEVER_NAMED):
            return False
        if isinstance(address, ipaddress.IPv4Address):
            return True
        return address.sixtofour is None and any(address in network for network in _NAMEABLE_IPV6)
