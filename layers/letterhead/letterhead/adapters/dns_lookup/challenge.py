"""Asking for an ownership challenge: over TCP, of every server of the zone, believing nothing but a plain record.

The search for the zone's servers goes over TCP too, so that nobody who isn't on the path can answer in their place. Nothing
remembered from other conversations is used.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from letterhead.adapters.dns_lookup.addresses import usable
from letterhead.adapters.dns_lookup.exchange import Exchange, NoReplyError
from letterhead.adapters.dns_lookup.reading import (
    Elsewhere,
    Found,
    Nothing,
    Reading,
    Useless,
    read_authority,
)
from letterhead.adapters.dns_lookup.wire import MalformedError, Reply, UnaskableError
from letterhead.adapters.dns_lookup.zone_finding import Resolvers, ZoneFinder
from letterhead.adapters.dns_lookup.zones import NoZone, Server, ZoneMemory
from letterhead.domains.dns_answers import Question, SilenceReason
from letterhead.domains.ports import ChallengeAnswer, ChallengeResult
from letterhead.domains.records import RecordType

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

    from letterhead.adapters.dns_lookup.system_resolvers import Address

_SERVER_SECONDS = 1.2
# The root has 13 names; a zone with more than these is there to keep us busy.
_MOST_NAMES = 32
_PROBE_BITS = 64


class StrictInquiry:
    """One challenge under way. Its sockets are its own; `close` gives them back."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        resolvers: Iterable[Address],
        random: Random,
        *,
        authoritative_port: int,
        allow_loopback: bool,
        seconds: float,
    ) -> None:
        self._random = random
        self._port = authoritative_port
        self._allow_loopback = allow_loopback
        self._exchange = _OverTcp(loop, random, loop.time() + seconds)
        self._resolvers = Resolvers(self._exchange, tuple(resolvers))
        self._finder = ZoneFinder(
            self._resolvers,
            ZoneMemory(),
            random,
            authoritative_port=authoritative_port,
            allow_loopback=allow_loopback,
        )

    def close(self) -> None:
        """Give back the sockets."""
        self._exchange.close()

    async def result(self, name: str, value: str) -> ChallengeResult:
        """What all servers of the zone say to the challenge."""
        zone = await self._finder.zone_of(name)
        if isinstance(zone, NoZone):
            return _unknown("The servers of the zone can't be found now.")
        servers = await self._servers(zone.names)
        if not servers:
            return _unknown(f"Not every server of {zone.apex} has an address that can be asked.")
        label, _, domain = name.partition(".")
        neighbour = f"{label}-{self._random.getrandbits(_PROBE_BITS):016x}.{domain}"
        readings = await asyncio.gather(
            *(
                self._ask(server, Question(asked, RecordType.TXT), zone.apex)
                for server in servers
                for asked in (name, neighbour)
            )
        )
        verdicts = [
            _verdict(here, beside, name, value)
            for here, beside in zip(readings[::2], readings[1::2], strict=True)
        ]
        return _together(verdicts, servers)

    async def _servers(self, names: tuple[str, ...]) -> list[Server]:
        """Every server of the zone; none when one of them can't be asked."""
        found = await asyncio.gather(*(self._addresses(name) for name in names[:_MOST_NAMES]))
        if len(names) > _MOST_NAMES or any(addresses is None for addresses in found):
            return []
        servers: dict[Address, Server] = {}
        for name, addresses in zip(names, found, strict=True):
            for address in addresses or ():
                servers.setdefault(address, Server(name, address))
        return list(servers.values())

    async def _addresses(self, name: str) -> list[Address] | None:
        """A server's addresses; empty when it definitely has none, None when they can't be known or may not be asked."""
        for kind in (RecordType.A, RecordType.AAAA):
            reading, _, _ = await self._resolvers.read(Question(name, kind))
            if isinstance(reading, Found):
                addresses = usable(reading.values, self._port, allow_loopback=self._allow_loopback)
                return addresses if len(addresses) == len(reading.values) else None
            if not isinstance(reading, Nothing):
                return None
        return []

    async def _ask(self, server: Server, question: Question, apex: str) -> Reading:
        try:
            reply = await self._exchange.ask(server.address, question, seconds=_SERVER_SECONDS)
        except NoReplyError:
            return Useless(SilenceReason.TIMEOUT)
        except (MalformedError, UnaskableError):
            return Useless(SilenceReason.MALFORMED)
        return read_authority(reply, question, apex)


class _OverTcp(Exchange):
    async def ask(
        self,
        address: Address,
        question: Question,
        *,
        seconds: float,
        recursion: bool = False,
        unchecked: bool = False,
        tcp: bool = True,
    ) -> Reply:
        return await super().ask(
            address, question, seconds=seconds, recursion=recursion, unchecked=unchecked, tcp=True
        )


_Verdict = tuple[ChallengeAnswer, str]


def _verdict(here: Reading, beside: Reading, name: str, value: str) -> _Verdict:
    """One server's word: on the challenge's name, and on a name beside it that nobody can have published."""
    match here:
        case Found(chain=()) if value in here.values:
            if isinstance(beside, Found) and value in beside.values:
                return (
                    ChallengeAnswer.WRONG,
                    f"A wildcard answers for {name}: publish the record at that very name.",
                )
            if isinstance(beside, Found | Nothing | Elsewhere):
                return ChallengeAnswer.PROVEN, "The challenge is published at every server of the zone."
            return ChallengeAnswer.UNKNOWN, "A server of the zone has not answered every question."
        case Found(chain=()):
            return ChallengeAnswer.WRONG, f"{name} has a TXT record with another text than the challenge."
        case Found() | Elsewhere():
            return (
                ChallengeAnswer.WRONG,
                f"{name} is an alias: the challenge counts only as a TXT record of its own.",
            )
        case Nothing(chain=()):
            return ChallengeAnswer.ABSENT, f"No TXT record found at {name} yet."
        case Nothing():
            return (
                ChallengeAnswer.WRONG,
                f"{name} is an alias: the challenge counts only as a TXT record of its own.",
            )
        case _:
            return ChallengeAnswer.UNKNOWN, "A server of the zone did not answer; every one of them has to."


def _together(verdicts: list[_Verdict], servers: list[Server]) -> ChallengeResult:
    """All servers must agree."""
    asked = tuple(str(server) for server in servers)
    answers = {answer for answer, _ in verdicts}
    if ChallengeAnswer.UNKNOWN not in answers and len(answers) > 1:
        return ChallengeResult(
            ChallengeAnswer.UNKNOWN, "The servers of the zone don't say the same; all of them have to.", asked
        )
    answer = ChallengeAnswer.UNKNOWN if ChallengeAnswer.UNKNOWN in answers else verdicts[0][0]
    detail = next(detail for one, detail in verdicts if one is answer)
    return ChallengeResult(answer, detail, asked)


def _unknown(detail: str) -> ChallengeResult:
    return ChallengeResult(ChallengeAnswer.UNKNOWN, detail)
