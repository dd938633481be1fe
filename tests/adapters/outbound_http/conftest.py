"""Loopback hosts that answer as a test wants, and a nameserver that names them."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import dns.flags
import dns.message
import dns.rdatatype
import dns.rrset
import pytest
import trustme

from letterhead.adapters.outbound_http.on_demand import HttpOnDemand
from letterhead.outbound.rules import Rules
from tests.domains.diagnosis.dns_world import DnsWorld, dns_world

NAME = "hooks.acme.test"
LOCAL = Rules(emulated=True)
Script = Callable[[socket.socket], None]


class Host:
    """A server that hands each connection to a script, after reading what was sent up to the end of the headers and body."""

    def __init__(self, script: Script, tls: ssl.SSLContext | None, address: str, port: int) -> None:
        self._script = script
        self._tls = tls
        self.received: list[bytes] = []
        self.names: list[str | None] = []
        self._talking: socket.socket | None = None
        if tls is not None:
            tls.sni_callback = lambda _socket, name, _context: self.names.append(name)
        self._listening = socket.create_server((address, port), backlog=16)
        self.port: int = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        with suppress(OSError):
            if self._talking is not None:
                self._talking.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                connection.settimeout(5)
                self._serve(connection)

    def _serve(self, connection: socket.socket) -> None:
        if self._tls is not None:
            with self._tls.wrap_socket(connection, server_side=True) as secured:
                self._talking = secured
                self.received.append(_request(secured))
                self._script(secured)
        else:
            self._talking = connection
            self.received.append(_request(connection))
            self._script(connection)


def _request(connection: socket.socket) -> bytes:
    read = b""
    while b"\r\n\r\n" not in read:
        more = connection.recv(65536)
        if not more:
            return read
        read += more
    head, _, body = read.partition(b"\r\n\r\n")
    length = next(
        (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def answers(head: str, body: bytes = b"") -> Script:
    """Sends one answer."""
    wire = head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body
    return lambda connection: connection.sendall(wire)


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA(key_type=trustme.KeyType.ECDSA)


@pytest.fixture
def authority_file(authority, tmp_path) -> str:
    path = str(tmp_path / "ca.pem")
    authority.cert_pem.write_to_path(path)
    return path


@pytest.fixture
def host() -> Iterator[Callable[..., Host]]:
    """Opens hosts: `host(script, tls=…, address=…)`."""
    with ExitStack() as open_hosts:

        def open_host(
            script: Script, tls: ssl.SSLContext | None = None, address: str = "127.0.0.1", port: int = 0
        ) -> Host:
            one = Host(script, tls, address, port)
            open_hosts.callback(one.close)
            return one

        yield open_host


@pytest.fixture
def world() -> Iterator[DnsWorld]:
    with dns_world() as world:
        yield world


@pytest.fixture
def named(world):
    """`named(*addresses)` gives the name these addresses, one set an answer; the last one stays."""

    def give(*answers_in_turn: list[str]) -> None:
        turns = {1: iter(answers_in_turn), 28: iter(answers_in_turn)}
        last = {1: answers_in_turn[0], 28: answers_in_turn[0]}

        def handler(query: dns.message.Message, over_udp: bool) -> bytes:
            question = query.question[0]
            kind = int(question.rdtype)
            last[kind] = next(turns[kind], last[kind])
            response = dns.message.make_response(query)
            response.flags |= dns.flags.RA
            for address in last[kind]:
                if (":" in address) == (kind == 28):
                    rdata_type = dns.rdatatype.to_text(question.rdtype)
                    response.answer.append(dns.rrset.from_text(question.name, 0, "IN", rdata_type, address))
            return response.to_wire()

        world.do(lambda: world.first.raw.update({NAME: handler}))

    return give


@pytest.fixture
def http(world, authority_file) -> HttpOnDemand:
    return HttpOnDemand(world.lookup(), LOCAL.ports, LOCAL.networks, LOCAL.emulated, authority_file)
