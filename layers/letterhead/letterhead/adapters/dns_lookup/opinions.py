"""Asking the servers of a zone each by itself, to see who has an old copy of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from letterhead.adapters.dns_lookup.reading import Elsewhere, Found, Reading
from letterhead.adapters.dns_lookup.resolution import Resolution, as_answer
from letterhead.adapters.dns_lookup.zones import NoZone, Server, ZoneServers
from letterhead.domains.dns_answers import (
    Absent,
    Answer,
    Opinions,
    Present,
    Question,
    ServerAnswer,
    SilenceReason,
    Unanswered,
    Witness,
)
from letterhead.domains.records import RecordType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from letterhead.adapters.dns_lookup.zone_finding import ZoneFinder

_SECONDS = 0.8
# Four servers show whether the copies of a zone differ.
_ENOUGH_SERVERS = 4


class EveryServer:
    """Asks all servers of a zone within one conversation."""

    def __init__(self, resolution: Resolution, finder: ZoneFinder) -> None:
        self._resolution = resolution
        self._finder = finder

    async def opinions(self, question: Question) -> Opinions:
        """What each server of the zone says, and what a resolver says. When servers differ, the serials of their copies of the
        zone tell which is newer; when the resolver fails, it is asked again without validation."""
        (resolver, unchecked), servers = await asyncio.gather(
            self._resolver(question), self._servers(question)
        )
        return Opinions(servers, resolver, unchecked)

    async def _resolver(self, question: Question) -> tuple[Answer, Answer | None]:
        answer = await self._resolution.resolver_answer(question)
        if isinstance(answer, Unanswered) and answer.reason is SilenceReason.SERVFAIL:
            return answer, await self._resolution.resolver_answer(question, unchecked=True)
        return answer, None

    async def _servers(self, question: Question) -> tuple[ServerAnswer, ...]:
        zone = await self._finder.zone_of(question.name)
        if isinstance(zone, NoZone):
            return ()
        servers = await self._finder.resolve_all(zone, _ENOUGH_SERVERS)
        answers = await asyncio.gather(*(self._one(zone, server, question) for server in servers))
        serials: Sequence[int | None] = [None] * len(servers)
        if len({_substance(answer) for answer in answers}) > 1:
            serials = await asyncio.gather(*(self._serial(zone, server) for server in servers))
        return tuple(ServerAnswer(answer, serial) for answer, serial in zip(answers, serials, strict=True))

    async def _one(self, zone: ZoneServers, server: Server, question: Question) -> Answer:
        reading = await self._resolution.ask_server(zone, server, question, seconds=_SECONDS)
        if isinstance(reading, Elsewhere):
            return await self._resolution.answer(Question(reading.chain[-1], question.type))
        return as_answer(reading, question, str(server), zone.described(), Witness.AUTHORITY)

    async def _serial(self, zone: ZoneServers, server: Server) -> int | None:
        soa = Question(zone.apex, RecordType.SOA)
        reading: Reading = await self._resolution.ask_server(zone, server, soa, seconds=_SECONDS)
        return int(reading.values[0].split()[0]) if isinstance(reading, Found) else None


def _substance(answer: Answer) -> object:
    match answer:
        case Present():
            return frozenset(answer.values)
        case Absent():
            return False
        case Unanswered():
            return None
