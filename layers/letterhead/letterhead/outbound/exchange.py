"""One outbound request: how long it may take, and what comes of it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping


@value_type
class Deadlines:
    """In seconds. `connect`: until the addresses are known, and again until TLS stands. `whole`: until the answer is complete."""

    connect: float = 3.0
    whole: float = 15.0


@value_type
class Answer:
    """What a host answered. `first_bytes` is the beginning of the body as it came over the wire, never inflated; `cut` tells that
    there was more, `broken_off` that the connection ended before as much had come as was announced. `seconds` is how long the
    whole exchange took. `retry_after`, `content_type`, `content_encoding` and `location` are those headers as sent."""

    status: int
    first_bytes: bytes
    cut: bool
    seconds: float
    retry_after: str | None = None
    content_type: str | None = None
    content_encoding: str | None = None
    location: str | None = None
    broken_off: bool = False


class Cause(StrEnum):
    """Why there is no answer."""

    NO_SUCH_HOST = "no_such_host"  # DNS says that the name has no address
    DNS_SILENT = "dns_silent"  # DNS doesn't say anything usable
    CONNECT = "connect"  # no address takes a connection
    CERTIFICATE = "certificate"  # the certificate isn't this host's, isn't valid, or nobody vouches for it
    TLS = "tls"
    BROKEN = "broken"  # the connection ended before the answer
    NOT_HTTP = "not_http"  # what came is no HTTP answer, or its headers are too large


class UnreachableError(Exception):
    """A host gave no answer. The detail is ours, in plain words, without anything that the host sent."""

    def __init__(self, cause: Cause, detail: str) -> None:
        super().__init__(detail)
        self.cause = cause


class TimedOutError(Exception):
    """A host was too slow: `Deadlines` ran out."""


class OutboundHttp(Protocol):
    """HTTP to hosts that customers name."""

    def check_url(self, url: str) -> None:
        """What can be said of a URL without asking anybody. Raises `NotAllowedError`."""

    def post(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes,
        deadlines: Deadlines = ...,
        most_bytes: int = ...,
    ) -> Answer:
        """Send a body. Redirects aren't followed: a 3xx is an answer like any other.

        Raises `NotAllowedError`, `UnreachableError`, `TimedOutError`.
        """

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] = ...,
        deadlines: Deadlines = ...,
        most_bytes: int = ...,
    ) -> Answer:
        """Fetch a resource. Raises like `post`."""
