"""Reading a URL: into one destination that every program would understand alike, or not at all."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, quote, urlsplit

import idna

from letterhead.outbound.addresses import ip_address
from letterhead.outbound.rules import NotAllowedError, Reason, Rules
from letterhead.values import value_type

_LONGEST_URL = 2048
_LONGEST_NAME = 253
# What browsers and libraries drop, fold or take for a slash.
_READ_DIFFERENTLY = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029\ufeff\ud800-\udfff]")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
# The last label of a name is never a number (RFC 1123 section 2.1); `0x7f.1` and `2130706433` are addresses to the C library.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# RFC 3986 section 3.3 and 3.4; what else there is gets percent-encoded.
_SAFE = "/?%:@!$&'()*+,;=~-._"
_DEFAULT_PORTS = {"https": 443, "http": 80}


@value_type
class Destination:
    """Where a request goes. `host` is an A-label name in lower case without a trailing dot, or an address without brackets;
    `target` is the path with the query, in ASCII."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def host_header(self) -> str:
        """The Host header (RFC 9110 section 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def destination(url: str, rules: Rules) -> Destination:
    """The destination of an absolute URL that the rules don't forbid on sight. Raises `NotAllowedError`."""
    if len(url) > _LONGEST_URL or _READ_DIFFERENTLY.search(url):
        raise NotAllowedError(Reason.URL)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotAllowedError(Reason.URL) from None
    scheme = parts.scheme
    if scheme not in _DEFAULT_PORTS:
        raise NotAllowedError(Reason.SCHEME)
    if "@" in parts.netloc:
        raise NotAllowedError(Reason.CREDENTIALS)
    if "#" in url:
        raise NotAllowedError(Reason.FRAGMENT)
    if port is None:
        port = _DEFAULT_PORTS[scheme]
    if not 1 <= port <= 65535:
        raise NotAllowedError(Reason.PORT)
    host = _host(parts)
    rules.check_scheme_and_port(scheme, port)
    rules.check_host(host)
    return Destination(scheme, host, port, _target(parts))


def _host(parts: SplitResult) -> str:
    written = parts.hostname or ""
    if "[" in parts.netloc:
        address = ip_address(written)
        if address is None or address.version != 6:
            raise NotAllowedError(Reason.HOST)
        return str(address)
    if not written.isascii():
        try:
            written = idna.encode(written, uts46=True, std3_rules=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            raise NotAllowedError(Reason.HOST) from None
    host = written.lower().removesuffix(".")
    if ip_address(host) is not None:
        return host
    labels = host.split(".")
    if (
        len(host) > _LONGEST_NAME
        or not all(_LABEL.fullmatch(label) for label in labels)
        or _NUMBER.fullmatch(labels[-1])
    ):
        raise NotAllowedError(Reason.HOST)
    return host


def _target(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe=_SAFE)
    return f"{path}?{quote(parts.query, safe=_SAFE)}" if parts.query else path
