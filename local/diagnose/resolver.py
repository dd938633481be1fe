"""The resolver to ask, as it is named on the command line."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from local.diagnose.request import RequestError

_FORM = re.compile(
    r"(?P<host>\[[0-9a-fA-F:.]+\]|[0-9a-fA-F:]*:[0-9a-fA-F:]*:[0-9a-fA-F:.]*|[^:]+)(?::(?P<port>\d+))?"
)


@dataclass(frozen=True)
class Resolver:
    """A resolver's address. One on this machine stands for the authorities too: that is how local zones are tried out."""

    address: tuple[str, int]

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine."""
        return ipaddress.ip_address(self.address[0]).is_loopback


def read_resolver(text: str) -> Resolver:
    """The resolver from `host`, `host:port` or `[host]:port`. Raises `RequestError`."""
    found = _FORM.fullmatch(text.strip())
    host = found["host"].strip("[]") if found else ""
    host = "127.0.0.1" if host == "localhost" else host
    port = int(found["port"] or 53) if found else 0
    try:
        ipaddress.ip_address(host)
    except ValueError as error:
        raise RequestError(
            f"the resolver {text!r} is no address, such as 192.0.2.1 or 127.0.0.1:5300"
        ) from error
    if not 0 < port < 65536:
        raise RequestError(f"the resolver's port {port} is no port")
    return Resolver((host, port))
