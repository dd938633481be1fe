"""The one door for requests to hosts that customers name.

`http.client` writes and reads HTTP; the connection is ours, for it must go to the address that was checked, carry the host's own
name in SNI and Host, know no proxy, and end in time whatever the other side does.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import time
from functools import cached_property
from typing import TYPE_CHECKING

from letterhead.adapters.outbound_http.deadline_socket import DeadlineSocket, TooLargeError
from letterhead.adapters.outbound_http.destination import Destination, destination
from letterhead.adapters.outbound_http.idle_connections import Connection, IdleConnections
from letterhead.domains.dns_answers import DnsLookup, Inquiry, Present, Question, Unanswered
from letterhead.domains.records import RecordType
from letterhead.outbound.addresses import ip_address
from letterhead.outbound.exchange import Answer, Cause, Deadlines, TimedOutError, UnreachableError
from letterhead.outbound.rules import Rules
from letterhead.values import value_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from letterhead.outbound.addresses import IpNetwork


_DEADLINES = Deadlines()
_MOST_BYTES = 16 * 1024
_MOST_HEADER_BYTES = 64 * 1024
_MOST_ADDRESSES = 4
_MOST_INTERIM_ANSWERS = 8
_NO_HEADERS: Mapping[str, str] = {}
# What belongs to the connection and the form of the message, not to what is said.
_OURS = frozenset(
    {
        "host",
        "connection",
        "content-length",
        "transfer-encoding",
        "accept-encoding",
        "expect",
        "te",
        "upgrade",
    }
)


class GuardedHttp:
    """Satisfies `letterhead.outbound.exchange.OutboundHttp`; threads may share it.

    `resolver` finds the addresses, `rules` judge them. Certificates are checked against the system's authorities and those in
    `authorities`, a PEM file that only the local cloud has. `idle` keeps connections for who sends many requests to one host;
    without it each request has its own. What such a connection breaks off without a word is sent once more on a new one, so
    only requests that may come twice are for it.
    """

    def __init__(
        self,
        resolver: DnsLookup,
        rules: Rules,
        *,
        authorities: str | None = None,
        idle: IdleConnections | None = None,
    ) -> None:
        self._resolver = resolver
        self._rules = rules
        self._authorities = authorities
        self._idle = idle

    @classmethod
    def within(
        cls,
        resolver: DnsLookup,
        ports: frozenset[int],
        networks: tuple[IpNetwork, ...],
        emulated: bool,
        authorities: str | None,
        *,
        idle: IdleConnections | None = None,
    ) -> GuardedHttp:
        """One that keeps to what a deployment allows; see `Rules`."""
        return cls(resolver, Rules(ports, networks, emulated), authorities=authorities, idle=idle)

    def check_url(self, url: str) -> None:
        """What can be said of a URL without asking anybody. Raises `NotAllowedError`."""
        destination(url, self._rules)

    def post(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes,
        deadlines: Deadlines = _DEADLINES,
        most_bytes: int = _MOST_BYTES,
    ) -> Answer:
        """Send a body, and read at most `most_bytes` of what is answered."""
        return self._exchange("POST", url, headers, body, deadlines, most_bytes)

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] = _NO_HEADERS,
        deadlines: Deadlines = _DEADLINES,
        most_bytes: int = _MOST_BYTES,
    ) -> Answer:
        """Fetch at most `most_bytes` of a resource."""
        return self._exchange("GET", url, headers, None, deadlines, most_bytes)

    def _exchange(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        deadlines: Deadlines,
        most_bytes: int,
    ) -> Answer:
        start = time.monotonic()
        end = start + deadlines.whole
        to = destination(url, self._rules)
        addresses = self._addresses(to, min(deadlines.connect, deadlines.whole))
        self._rules.check_addresses(addresses, scheme=to.scheme, port=to.port)
        ours = {"Host": to.host_header} | ({} if self._idle else {"Connection": "close"})
        theirs = {name: value for name, value in headers.items() if name.lower() not in _OURS}
        request = _Request(to, method, theirs | ours, body, most_bytes)
        try:
            kept = self._idle.take(url, addresses) if self._idle else None
            if kept is not None:
                with contextlib.suppress(_EndedInSilenceError):
                    return self._talk(kept, request, start, end)
            opened = self._connect(to, addresses, min(time.monotonic() + deadlines.connect, end))
            return self._talk(Connection(opened, url, addresses), request, start, end)
        except TimeoutError:
            raise TimedOutError(f"no complete answer within {deadlines.whole:g} s") from None

    def _talk(self, connection: Connection, request: _Request, start: float, end: float) -> Answer:
        """One request and its answer. The connection is kept or closed."""
        limited = DeadlineSocket(connection.socket, end, _MOST_HEADER_BYTES + 8 * request.most_bytes)
        reusable = False
        try:
            answer, reusable = _converse(limited, request, start)
        except UnreachableError as error:
            if error.cause is Cause.BROKEN and limited.is_silent and not connection.is_fresh:
                raise _EndedInSilenceError(error.cause, str(error)) from None
            raise
        finally:
            if self._idle is None or not reusable:
                connection.socket.close()
            else:
                self._idle.give(connection)
        return answer

    def _addresses(self, to: Destination, seconds: float) -> Sequence[str]:
        """All addresses of the host. Raises `UnreachableError` when there are none."""
        if ip_address(to.host) is not None:
            return (to.host,)
        questions = [Question(to.host, RecordType.A), Question(to.host, RecordType.AAAA)]
        with self._resolver.conversation(seconds=seconds) as conversation:
            replies = conversation.ask(Inquiry(resolver=frozenset(questions))).resolver
        answers = [replies[question] for question in questions]
        found = [value for answer in answers if isinstance(answer, Present) for value in answer.values]
        if found:
            return found
        if any(isinstance(answer, Unanswered) for answer in answers):
            raise UnreachableError(Cause.DNS_SILENT, "DNS gave no usable answer for the host")
        raise UnreachableError(Cause.NO_SUCH_HOST, "DNS has no address for the host")

    def _connect(self, to: Destination, addresses: Sequence[str], end: float) -> socket.socket:
        """A connection to the first of the checked addresses that takes one, TLS included. The others aren't waited for longer
        than their share of the time. Raises `UnreachableError`, TimeoutError."""
        tried = addresses[:_MOST_ADDRESSES]
        timed_out = False
        for at, address in enumerate(tried):
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError
            try:
                plain = _connected(address, to.port, left / (len(tried) - at))
            except TimeoutError:
                timed_out = True
                continue
            except OSError:
                continue
            return plain if to.scheme == "http" else self._secured(plain, to, end)
        if timed_out:
            raise TimeoutError
        raise UnreachableError(Cause.CONNECT, "the host takes no connection")

    def _secured(self, plain: socket.socket, to: Destination, end: float) -> socket.socket:
        try:
            plain.settimeout(max(end - time.monotonic(), 0.001))
            return self._tls.wrap_socket(plain, server_hostname=to.host)
        except TimeoutError:
            plain.close()
            raise
        except ssl.SSLCertVerificationError as error:
            plain.close()
            raise UnreachableError(Cause.CERTIFICATE, error.verify_message or "certificate refused") from None
        except (OSError, ValueError):
            plain.close()
            raise UnreachableError(Cause.TLS, "TLS could not be agreed on") from None

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.set_alpn_protocols(["http/1.1"])
        if self._authorities is not None:
            context.load_verify_locations(cafile=self._authorities)
        return context


class _EndedInSilenceError(UnreachableError):
    """A connection that has served before was ended by the other side without a word."""


@value_type
class _Request:
    to: Destination
    method: str
    headers: Mapping[str, str]
    body: bytes | None
    most_bytes: int


def _connected(address: str, port: int, seconds: float) -> socket.socket:
    one = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        one.settimeout(seconds)
        one.connect((address, port))
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        one.close()
        raise
    return one


def _converse(connected: DeadlineSocket, request: _Request, start: float) -> tuple[Answer, bool]:
    """The answer, and whether the connection may serve another request."""
    writer = http.client.HTTPConnection(request.to.host, request.to.port)
    writer.auto_open = 0
    writer.sock = connected
    heard_out = False
    # Who answers without hearing us out, say with 413, may close the door while we speak; the answer is there all the same.
    with contextlib.suppress(ConnectionError):
        writer.request(request.method, request.to.target, request.body, request.headers)
        heard_out = True
    try:
        answer = _final_answer(connected, request.method)
        first_bytes = _read(answer, request.most_bytes + 1)
    except TimeoutError:
        raise
    except (http.client.RemoteDisconnected, OSError):
        raise UnreachableError(Cause.BROKEN, "the connection ended before the answer") from None
    except (http.client.HTTPException, TooLargeError, ValueError):
        raise UnreachableError(Cause.NOT_HTTP, "what the host sent is no usable HTTP answer") from None
    found = Answer(
        answer.status,
        first_bytes[: request.most_bytes],
        len(first_bytes) > request.most_bytes,
        time.monotonic() - start,
        answer.getheader("Retry-After"),
        answer.getheader("Content-Type"),
        answer.getheader("Content-Encoding"),
        answer.getheader("Location"),
        broken_off=len(first_bytes) <= request.most_bytes and bool(answer.length),
    )
    is_whole = answer.isclosed() and not answer.will_close and answer.status >= 200
    return found, heard_out and is_whole and connected.end()


def _final_answer(connected: DeadlineSocket, method: str) -> http.client.HTTPResponse:
    """The status and headers of the answer itself; interim ones (RFC 9110 section 15.2) go before it."""
    for _ in range(_MOST_INTERIM_ANSWERS + 1):
        answer = http.client.HTTPResponse(connected, method=method)  # type: ignore[arg-type]
        answer.begin()
        if answer.status == http.HTTPStatus.SWITCHING_PROTOCOLS or answer.status >= 200:
            return answer
    raise http.client.HTTPException


def _read(answer: http.client.HTTPResponse, most_bytes: int) -> bytes:
    read = bytearray()
    while len(read) < most_bytes:
        more = answer.read(most_bytes - len(read))
        if not more:
            break
        read += more
    return bytes(read)
