"""The recursive resolvers that this machine is set up to use."""

from __future__ import annotations

import ipaddress
from pathlib import Path

Address = tuple[str, int]

_CONFIGURATION = Path("/etc/resolv.conf")
# What the C library uses when nothing is configured (resolv.conf(5)).
_LOCAL = ("127.0.0.1", 53)


def system_resolvers(configuration: Path = _CONFIGURATION) -> tuple[Address, ...]:
    """The `nameserver` lines of resolv.conf(5); the resolver on this machine when there are none."""
    try:
        lines = configuration.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return (_LOCAL,)
    words = [line.split() for line in lines]
    named = [word[1] for word in words if len(word) >= 2 and word[0] == "nameserver" and _is_address(word[1])]
    return tuple((address, 53) for address in named) or (_LOCAL,)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
