"""One packet out, one reply back: over UDP from random ports, over TCP where UDP doesn't do."""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from letterhead.adapters.dns_lookup.wire import (
    MalformedError,
    Packet,
    Reply,
    answers_to,
    encode,
    refuses_without_question,
    repeats_in_other_case,
)

if TYPE_CHECKING:
    from random import Random

    from letterhead.adapters.dns_lookup.system_resolvers import Address
    from letterhead.domains.dns_answers import Question

# Each socket has a port of its own, chosen by the kernel at random; a forger has to guess the right one of them.
_MOST_SOCKETS = 32
# Amazon's resolver takes 1024 packets a second from one interface; others limit by the address that asks.
_MOST_IN_FLIGHT = 200
# Many customers' zones lie at the same few servers, which take a burst of questions for an attack.
_MOST_AT_SERVER = 10
_LARGEST_DATAGRAM = 4096
# A flood on one socket must not keep the deadlines from being noticed.
_MOST_AT_ONCE = 64
_FORMERR = 1


class NoReplyError(Exception):
    """No usable reply came in time."""


@dataclass(slots=True)
class _Waiting:
    packet: Packet
    address: Address
    future: asyncio.Future[bytes]


class Exchange:
    """The sockets of one conversation."""

    def __init__(self, loop: asyncio.AbstractEventLoop, random: Random, deadline: float) -> None:
        self._loop = loop
        self._random = random
        self._deadline = deadline
        self._sockets: dict[socket.AddressFamily, list[socket.socket]] = {}
        self._waiting: dict[tuple[int, int], _Waiting] = {}
        self._in_flight = asyncio.Semaphore(_MOST_IN_FLIGHT)
        self._at_server: dict[Address, asyncio.Semaphore] = {}
        self.sent = 0

    def close(self) -> None:
        """Close every socket."""
        for sockets in self._sockets.values():
            for one in sockets:
                self._loop.remove_reader(one)
                one.close()

    async def ask(
        self,
        address: Address,
        question: Question,
        *,
        seconds: float,
        recursion: bool = False,
        unchecked: bool = False,
        tcp: bool = False,
    ) -> Reply:
        """A server's reply. A truncated one is asked for again over TCP, and so is one whose name came back in another case:
        a server without 0x20, or a forger. A server that doesn't know EDNS is asked without.

        Raises `NoReplyError`, `MalformedError`, `UnaskableError`.
        """
        reply = await self._ask_once(address, question, seconds, recursion, unchecked, tcp=tcp, edns=True)
        if reply.rcode == _FORMERR:
            reply = await self._ask_once(
                address, question, seconds, recursion, unchecked, tcp=tcp, edns=False
            )
        return reply

    async def _ask_once(
        self,
        address: Address,
        question: Question,
        seconds: float,
        recursion: bool,
        unchecked: bool,
        *,
        tcp: bool,
        edns: bool,
    ) -> Reply:
        packet = encode(
            question, self._random, recursion=recursion, unchecked=unchecked, edns=edns, mixed_case=not tcp
        )
        wire = None if tcp else await self._over_udp(address, packet, seconds)
        reply = self._read(packet, wire) if wire is not None else None
        if reply is None or reply.truncated:
            reply = self._read(packet, await self._over_tcp(address, packet, seconds))
            if reply.truncated:
                raise MalformedError("truncated over TCP")
        return reply

    def _read(self, packet: Packet, wire: bytes) -> Reply:
        """Reading a hostile reply takes a while; many of them at once must not outlast the conversation."""
        if self._loop.time() > self._deadline:
            raise NoReplyError
        return Reply(packet, wire)

    async def _over_udp(self, address: Address, packet: Packet, seconds: float) -> bytes | None:
        """The datagram that answers the packet, or None when it has to be asked over TCP."""
        at_server = self._at_server.get(address)
        if at_server is None:
            at_server = self._at_server[address] = asyncio.Semaphore(_MOST_AT_SERVER)
        async with at_server, self._in_flight:
            try:
                key = self._send(address, packet)
            except OSError as error:
                raise NoReplyError from error
            waiting = self._waiting[key]
            timer = self._loop.call_later(seconds, _give_up, waiting.future)
            try:
                wire = await waiting.future
            finally:
                timer.cancel()
                del self._waiting[key]
            return wire or None

    def _send(self, address: Address, packet: Packet) -> tuple[int, int]:
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        one = self._socket(family)
        key = (one.fileno(), packet.id)
        if key in self._waiting:
            raise OSError("this id is in use on this socket")
        one.sendto(packet.wire, address)
        self.sent += 1
        self._waiting[key] = _Waiting(packet, address, self._loop.create_future())
        return key

    def _socket(self, family: socket.AddressFamily) -> socket.socket:
        sockets = self._sockets.setdefault(family, [])
        if len(sockets) < _MOST_SOCKETS:
            one = socket.socket(family, socket.SOCK_DGRAM)
            one.setblocking(False)
            self._loop.add_reader(one, self._readable, one)
            sockets.append(one)
            return one
        return sockets[self._random.randrange(len(sockets))]

    def _readable(self, one: socket.socket) -> None:
        for _ in range(_MOST_AT_ONCE):
            try:
                wire, source = one.recvfrom(_LARGEST_DATAGRAM)
            except OSError:
                return
            if len(wire) < 12:
                continue
            waiting = self._waiting.get((one.fileno(), int.from_bytes(wire[:2], "big")))
            if waiting is None or waiting.address != source[:2] or waiting.future.done():
                continue
            if answers_to(waiting.packet, wire) or refuses_without_question(waiting.packet, wire):
                waiting.future.set_result(wire)
            elif repeats_in_other_case(waiting.packet, wire):
                waiting.future.set_result(b"")

    async def _over_tcp(self, address: Address, packet: Packet, seconds: float) -> bytes:
        self.sent += 1
        try:
            async with asyncio.timeout(seconds):
                reader, writer = await asyncio.open_connection(*address)
                try:
                    writer.write(struct.pack("!H", len(packet.wire)) + packet.wire)
                    (length,) = struct.unpack("!H", await reader.readexactly(2))
                    wire = await reader.readexactly(length)
                finally:
                    writer.transport.abort()
        except (OSError, EOFError, TimeoutError) as error:
            raise NoReplyError from error
        if not repeats_in_other_case(packet, wire) and not refuses_without_question(packet, wire):
            raise MalformedError("another question's answer")
        return wire


def _give_up(future: asyncio.Future[bytes]) -> None:
    if not future.done():
        future.set_exception(NoReplyError())
