"""The sockets of the nameserver: packets in, answers out, UDP and TCP on one port."""

from __future__ import annotations

import asyncio
import struct
from itertools import count
from typing import cast

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode

from local.nameserver.answering import EDNS_PAYLOAD, respond
from local.nameserver.world import Fault, World
from local.nameserver.zones import read_origin, read_zone

_CLASSIC_PAYLOAD = 512
_HEADER = 12
_TCP_IDLE_SECONDS = 10.0
_PORT_TRIES = 20


class Nameserver:
    """Serves zones and plays faults; all its methods are called in the event loop that started it."""

    def __init__(self) -> None:
        self._world = World()
        self._serials = count(1)
        self._udp: asyncio.DatagramTransport | None = None
        self._tcp: asyncio.Server | None = None
        self._connections: set[asyncio.StreamWriter] = set()

    async def start(self, host: str, port: int = 0) -> tuple[str, int]:
        """Listen on UDP and TCP at the same port (port 0: a free one) and say where. OSError if it is taken."""
        for last_try in [False] * (_PORT_TRIES if port == 0 else 0) + [True]:
            tcp = await asyncio.start_server(self._serve_connection, host, port)
            address: tuple[str, int] = tcp.sockets[0].getsockname()[:2]
            try:
                self._udp, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                    lambda: _Datagrams(self), local_addr=address
                )
            except OSError:
                tcp.close()
                await tcp.wait_closed()
                if last_try:
                    raise
                continue
            self._tcp = tcp
            return address
        raise AssertionError("unreachable")

    async def stop(self) -> None:
        """Close the port and what is still connected. Zones stay: `start` serves them again."""
        if self._udp is not None:
            self._udp.close()
            self._udp = None
        if self._tcp is not None:
            self._tcp.close()
            for connection in self._connections:
                connection.close()
            await self._tcp.wait_closed()
            self._tcp = None

    def set_zone(self, origin: str, master_file_text: str) -> None:
        """Serve this master file as that zone from now on; ZoneError says why it can't be, the old zone stays."""
        name = read_origin(origin)
        self._world.put(read_zone(name, master_file_text, next(self._serials)))

    def delete_zone(self, origin: str) -> bool:
        """Serve the zone no longer; False if there was none."""
        return self._world.remove(read_origin(origin))

    def zones(self) -> list[str]:
        """The names of the zones, sorted as DNS sorts them (RFC 4034 §6.1), with the last dot."""
        return [name.to_text() for name in sorted(self._world.origins())]

    def set_fault(self, name: str, mode: str) -> None:
        """From now on this very name answers so: servfail, refused, drop (silence), truncate (TC over UDP,
        whole over TCP), or ok. ValueError for other modes and for what isn't a name."""
        try:
            exact = dns.name.from_text(name).canonicalize()
        except dns.exception.DNSException as error:
            raise ValueError(f"{name!r} is no domain name: {error}") from None
        if mode == "ok":
            self._world.faults.pop(exact, None)
        else:
            self._world.faults[exact] = Fault(mode)

    def answer(self, packet: bytes, over_udp: bool) -> bytes | None:
        """The packet to send back, None for silence: what isn't a query at all gets none."""
        if len(packet) < _HEADER or packet[2] & 0x80:
            return None
        try:
            query = dns.message.from_wire(packet)
        except (dns.exception.DNSException, ValueError, IndexError, struct.error):
            return _bare_answer(packet, dns.rcode.FORMERR)
        response = respond(query, self._world)
        return None if response is None else self._to_wire(query, response, over_udp)

    def _to_wire(self, query: dns.message.Message, response: dns.message.Message, over_udp: bool) -> bytes:
        if not over_udp:
            return response.to_wire(max_size=65535, prefer_truncation=True)
        name = query.question[0].name.canonicalize() if query.question else None
        if name is not None and self._world.faults.get(name) is Fault.TRUNCATE:
            response.flags |= dns.flags.TC
            response.answer.clear()
            response.authority.clear()
            response.additional.clear()
        wanted = query.payload if query.edns >= 0 else _CLASSIC_PAYLOAD
        return response.to_wire(
            max_size=max(_CLASSIC_PAYLOAD, min(wanted, EDNS_PAYLOAD)), prefer_truncation=True
        )

    async def _serve_connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        try:
            while True:
                async with asyncio.timeout(_TCP_IDLE_SECONDS):
                    (length,) = struct.unpack("!H", await reader.readexactly(2))
                    packet = await reader.readexactly(length)
                answer = self.answer(packet, over_udp=False)
                if answer is not None:
                    writer.write(struct.pack("!H", len(answer)) + answer)
                    await writer.drain()
        except (asyncio.IncompleteReadError, TimeoutError, ConnectionError):
            pass
        finally:
            self._connections.discard(writer)
            writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, nameserver: Nameserver) -> None:
        self._nameserver = nameserver
        self._transport: asyncio.DatagramTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        answer = self._nameserver.answer(data, over_udp=True)
        if answer is not None:
            self._transport.sendto(answer, address)


def _bare_answer(packet: bytes, rcode: dns.rcode.Rcode) -> bytes:
    """A header alone: the id, opcode and RD of what came, and the error."""
    flags = 0x8000 | (int.from_bytes(packet[2:4], "big") & 0x7900) | rcode
    return packet[:2] + flags.to_bytes(2, "big") + bytes(8)
