"""Which servers may be asked: a zone's owner decides where its NS records point, so not every address is one to talk to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letterhead.outbound.addresses import ip_address, is_global_unicast, is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterable

    from letterhead.adapters.dns_lookup.system_resolvers import Address


def may_be_asked(address: str, *, allow_loopback: bool) -> bool:
    """Whether an address found in DNS may be sent questions: global unicast ones only, and loopback if that is allowed."""
    parsed = ip_address(address)
    if parsed is None:
        return False
    return is_global_unicast(parsed) or (allow_loopback and is_loopback(parsed))


def usable(addresses: Iterable[str], port: int, *, allow_loopback: bool) -> list[Address]:
    """The addresses of `addresses` that may be asked, without repetitions, with the port to ask at."""
    return [
        (one, port) for one in dict.fromkeys(addresses) if may_be_asked(one, allow_loopback=allow_loopback)
    ]
