"""A small internet on loopback: a zone's two servers and a recursive resolver, at addresses and on a port of their own."""

from __future__ import annotations

import asyncio
import struct
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from letterhead.adapters.dns_lookup import DnsLookup
from local.nameserver import Nameserver

FIRST, SECOND, RESOLVER = "127.0.0.1", "127.0.0.2", "127.0.0.3"
_SECONDS = 5.0
_CHECKING_DISABLED = 0x10
_T = TypeVar("_T")


class Server(Nameserver):
    """The local nameserver, which can also misbehave as a whole, and serve records that it would refuse to load."""

    def __init__(self) -> None:
        super().__init__()
        self.misbehaves: str | None = None
        self.bogus_below = ""
        self.beside: dict[str, list[tuple[str, str]]] = {}
        self.raw: dict[str, Callable[[dns.message.Message, bool], bytes | None]] = {}
        self.asked: list[tuple[str, str]] = []

    def answer(self, packet: bytes, over_udp: bool) -> bytes | None:
        """As the nameserver, or as the fault says."""
        query = dns.message.from_wire(packet)
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        self.asked.append((name, dns.rdatatype.to_text(question.rdtype)))
        match self.misbehaves:
            case "drops":
                return None
            case "refuses":
                return _refusal(query, dns.rcode.REFUSED)
            case "servfails":
                return _refusal(query, dns.rcode.SERVFAIL)
            case "bogus" if name.endswith(self.bogus_below) and not packet[3] & _CHECKING_DISABLED:
                return _refusal(query, dns.rcode.SERVFAIL)
        if name in self.raw:
            return self.raw[name](query, over_udp)
        if name in self.beside:
            return self._lax_answer(query, name)
        return super().answer(packet, over_udp)

    def _lax_answer(self, query: dns.message.Message, name: str) -> bytes:
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        question = query.question[0]
        records = self.beside[name]
        wanted = dns.rdatatype.to_text(question.rdtype)
        kind = wanted if any(one == wanted for one, _ in records) else "CNAME"
        for one, text in records:
            if one == kind:
                response.answer.append(dns.rrset.from_text(question.name, 300, "IN", one, text))
        return response.to_wire()


class DnsWorld:
    """The servers, in a thread with an event loop of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.first, self.second, self.resolver = Server(), Server(), Server()
        _, self.port = self._run(self.first.start(FIRST))
        self._run(self.second.start(SECOND, self.port))
        self._run(self.resolver.start(RESOLVER, self.port))

    def stop(self) -> None:
        """Close the ports and end the thread."""
        for server in (self.first, self.second, self.resolver):
            self._run(server.stop())
        self._run(self._end_tasks())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_SECONDS)
        self._loop.close()

    async def _end_tasks(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def do(self, act: Callable[[], _T]) -> _T:
        """Do something with the servers in their own thread."""

        async def in_loop() -> _T:
            return act()

        return self._run(in_loop())

    def do_async(self, coroutine: Coroutine[Any, Any, _T]) -> _T:
        """Run something in the servers' thread."""
        return self._run(coroutine)

    def lookup(self, resolver: str = FIRST) -> DnsLookup:
        """A look-up that asks these servers; by default the first one is also the resolver."""
        return DnsLookup([(resolver, self.port)], authoritative_port=self.port, allow_loopback=True)

    def _run(self, coroutine: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(_SECONDS)


@contextmanager
def dns_world() -> Iterator[DnsWorld]:
    """A world for the length of a test."""
    world = DnsWorld()
    try:
        yield world
    finally:
        world.stop()


def _refusal(query: dns.message.Message, rcode: dns.rcode.Rcode) -> bytes:
    response = dns.message.make_response(query)
    response.set_rcode(rcode)
    return response.to_wire()


def framed(packet: bytes) -> bytes:
    """A message as TCP carries it."""
    return struct.pack("!H", len(packet)) + packet
