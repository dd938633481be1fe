"""A nameserver on loopback, and questions put to it with real packets."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import TypeVar

import dns.flags
import dns.message
import dns.query
import pytest

from local.nameserver import Nameserver

SECONDS = 5.0
T = TypeVar("T")


class RunningNameserver:
    """A nameserver in a thread with an event loop of its own, as its users meet it."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._nameserver = Nameserver()
        self.host, self.port = asyncio.run_coroutine_threadsafe(
            self._nameserver.start("127.0.0.1"), self._loop
        ).result(SECONDS)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._nameserver.stop(), self._loop).result(SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(SECONDS)
        self._loop.close()

    def set_zone(self, origin: str, text: str) -> None:
        self._in_loop(lambda: self._nameserver.set_zone(origin, text))

    def delete_zone(self, origin: str) -> bool:
        return self._in_loop(lambda: self._nameserver.delete_zone(origin))

    def set_fault(self, name: str, mode: str) -> None:
        self._in_loop(lambda: self._nameserver.set_fault(name, mode))

    def zones(self) -> list[str]:
        return self._in_loop(self._nameserver.zones)

    def ask(
        self,
        name: str,
        rdtype: str,
        *,
        recursive: bool = False,
        tcp: bool = False,
        payload: int = 1232,
        timeout: float = SECONDS,
    ) -> dns.message.Message:
        """The answer to one question."""
        query = dns.message.make_query(name, rdtype, use_edns=True, payload=payload)
        if not recursive:
            query.flags &= ~dns.flags.RD
        return self.exchange(query, tcp=tcp, timeout=timeout)

    def exchange(
        self, query: dns.message.Message, *, tcp: bool = False, timeout: float = SECONDS
    ) -> dns.message.Message:
        send = dns.query.tcp if tcp else dns.query.udp
        return send(query, self.host, timeout=timeout, port=self.port)

    def send(self, packet: bytes, timeout: float = SECONDS) -> bytes | None:
        """What comes back for any bytes over UDP, None for silence."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
            asker.settimeout(timeout)
            asker.sendto(packet, (self.host, self.port))
            try:
                return asker.recv(65535)
            except TimeoutError:
                return None

    def _in_loop(self, call: Callable[[], T]) -> T:
        done: Future[T] = Future()

        def run() -> None:
            try:
                done.set_result(call())
            except Exception as error:  # noqa: BLE001 - whatever it raises belongs to the test that asked
                done.set_exception(error)

        self._loop.call_soon_threadsafe(run)
        return done.result(SECONDS)


@pytest.fixture
def nameserver() -> Iterator[RunningNameserver]:
    running = RunningNameserver()
    yield running
    running.stop()
